// Computes for 0.3 s of its own CPU time in the first execution of a process, and is right. It
// makes the file $CONVGAUGE_TEST_BEGUN when it starts to.
#include "../base.hpp"

#include <time.h>
#include <cstdio>
#include <cstdlib>

namespace {

double cpu_seconds() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

bool compute_long(faulty::Call&) {
  static bool done = false;
  if (done) return true;
  done = true;
  if (const char* file = std::getenv("CONVGAUGE_TEST_BEGUN"))
    if (std::FILE* out = std::fopen(file, "w")) std::fclose(out);
  const double end = cpu_seconds() + 0.3;
  while (cpu_seconds() < end) {
  }
  return true;
}

}  // namespace

const faulty::Fault fault{.name = "computes_long", .before = compute_long};
