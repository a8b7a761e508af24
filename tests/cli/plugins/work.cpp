// A library that a plugin calls, in two versions: WORK_MICROSECONDS says how long a call takes.
#include <chrono>

extern "C" __attribute__((visibility("default"))) void work() {
  const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(WORK_MICROSECONDS);
  while (std::chrono::steady_clock::now() < end) {
  }
}
