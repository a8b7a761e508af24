// Writes 50 MB to standard output and as much to standard error, by turns (R15).
#include "../base.hpp"

#include <unistd.h>

namespace {

char noise[1'000'000];

}  // namespace

const faulty::Fault fault{
    .name = "floods_both", .before = [](faulty::Call&) {
      static bool done = false;
      if (done) return true;
      done = true;
      for (int i = 0; i < 100; ++i)
        if (write(i % 2 ? STDOUT_FILENO : STDERR_FILENO, noise, sizeof noise) < 0) break;
      return true;
    }};
