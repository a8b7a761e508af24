// Leaves 50 grandchildren in sessions of their own, which sleep for ever (R17).
#include "../base.hpp"

#include <unistd.h>

const faulty::Fault fault{.name = "forks_children", .before = [](faulty::Call&) {
                            static bool done = false;
                            if (done) return true;
                            done = true;
                            for (int i = 0; i < 50; ++i) {
                              if (fork() != 0) continue;
                              setsid();
                              if (fork() != 0) _exit(0);
                              for (;;) pause();
                            }
                            return true;
                          }};
