// Calls _exit(0): no handler of atexit() runs.
#include "../base.hpp"

#include <unistd.h>

const faulty::Fault fault{.name = "exits_at_once", .before = [](faulty::Call&) {
                            _exit(0);
                            return true;
                          }};
