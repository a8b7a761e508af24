// Writes 100 MB to standard output (R15).
#include "../base.hpp"

#include <unistd.h>

namespace {

char noise[1'000'000];

}  // namespace

const faulty::Fault fault{.name = "floods_stdout", .before = [](faulty::Call&) {
                            static bool done = false;
                            if (done) return true;
                            done = true;
                            for (int i = 0; i < 100; ++i) {
                              if (write(STDOUT_FILENO, noise, sizeof noise) < 0) break;
                            }
                            return true;
                          }};
