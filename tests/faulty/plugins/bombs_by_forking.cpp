// Each child has two children, eight generations deep, and none ever ends: 511 processes, for this
// test's sake no more (R17).
#include "../base.hpp"

#include <unistd.h>

namespace {

void multiply(int generations) {
  for (int i = 0; i < 2 && generations > 0; ++i)
    if (fork() == 0) {
      multiply(generations - 1);
      for (;;) pause();
    }
}

}  // namespace

const faulty::Fault fault{.name = "bombs_by_forking", .before = [](faulty::Call&) {
                            static bool done = false;
                            if (done) return true;
                            done = true;
                            multiply(8);
                            return true;
                          }};
