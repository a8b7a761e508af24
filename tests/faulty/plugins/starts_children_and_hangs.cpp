// Starts three children, each in a session of its own, which ignore SIGHUP and SIGTERM, and hangs.
#include "../base.hpp"

#include <unistd.h>
#include <csignal>

const faulty::Fault fault{.name = "starts_children_and_hangs", .before = [](faulty::Call&) -> bool {
                            for (int i = 0; i < 3; ++i) {
                              if (fork() != 0) continue;
                              setsid();
                              std::signal(SIGTERM, SIG_IGN);
                              std::signal(SIGHUP, SIG_IGN);
                              break;
                            }
                            for (;;) pause();
                          }};
