// The processor's own counter of time, which no library and no kernel function lies between.
#pragma once
#include <cstdint>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace convgauge {

/// Ticks since some moment, the same on all cores; 0 where there is no such counter. How many make
/// a second is not told.
inline std::uint64_t processor_ticks() {
#if defined(__x86_64__)
  return __rdtsc();
#elif defined(__aarch64__)
  std::uint64_t ticks = 0;
  asm volatile("mrs %0, cntvct_el0" : "=r"(ticks));
  return ticks;
#else
  return 0;
#endif
}

}  // namespace convgauge
