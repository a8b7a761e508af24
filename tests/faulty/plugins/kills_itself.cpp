// Sends itself SIGKILL: what the kernel does to those who take too much memory.
#include "../base.hpp"

#include <unistd.h>
#include <csignal>

const faulty::Fault fault{.name = "kills_itself", .before = [](faulty::Call&) {
                            kill(getpid(), SIGKILL);
                            return true;
                          }};
