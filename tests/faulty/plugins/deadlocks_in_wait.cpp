// Waits in wait() for a lock that it holds itself.
#include "../base.hpp"

#include <pthread.h>

namespace {

pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

}  // namespace

const faulty::Fault fault{.name = "deadlocks_in_wait", .wait = [] {
                            pthread_mutex_lock(&lock);
                            pthread_mutex_lock(&lock);
                          }};
