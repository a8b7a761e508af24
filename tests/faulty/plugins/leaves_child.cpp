// Leaves a child process that sleeps (R17).
#include "../base.hpp"

#include <unistd.h>

const faulty::Fault fault{.name = "leaves_child", .before = [](faulty::Call&) {
                            static bool done = false;
                            if (done) return true;
                            done = true;
                            if (fork() == 0)
                              for (;;) pause();
                            return true;
                          }};
