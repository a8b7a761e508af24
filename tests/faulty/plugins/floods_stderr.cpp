// Writes 100 MB to standard error: allowed, and only the last words are kept.
#include "../base.hpp"

#include <unistd.h>

namespace {

char noise[1'000'000];

}  // namespace

const faulty::Fault fault{.name = "floods_stderr", .before = [](faulty::Call&) {
                            static bool done = false;
                            if (done) return true;
                            done = true;
                            for (int i = 0; i < 100; ++i) {
                              if (write(STDERR_FILENO, noise, sizeof noise) < 0) break;
                            }
                            return true;
                          }};
