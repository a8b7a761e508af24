// Stops the process that started it, and hangs: whoever waits for that one waits for ever.
#include "../base.hpp"

#include <unistd.h>
#include <csignal>

const faulty::Fault fault{.name = "stops_parent", .before = [](faulty::Call&) {
                            kill(getppid(), SIGSTOP);
                            for (;;) pause();
                            return true;
                          }};
