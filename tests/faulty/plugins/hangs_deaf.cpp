// Blocks every signal that can be blocked, and hangs.
#include "../base.hpp"

#include <unistd.h>
#include <csignal>

const faulty::Fault fault{.name = "hangs_deaf", .before = [](faulty::Call&) {
                            sigset_t all;
                            sigfillset(&all);
                            sigprocmask(SIG_BLOCK, &all, nullptr);
                            for (;;) pause();
                            return true;
                          }};
