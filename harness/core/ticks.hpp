// The processor's own counter of time, which no library and no kernel function lies between.
#pragma once
#include <chrono>
#include <cstdint>
#include <limits>

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

/// One moment by both clocks.
struct TickMoment {
  std::chrono::steady_clock::time_point clock{};
  std::uint64_t ticks = 0;

  /// A thread may lose its processor between two reads (seen: 20 ms at a load average of 6): of
  /// some readings of the clock the one with the fewest ticks around it.
  static TickMoment now() {
    constexpr int kReadings = 4;
    TickMoment best;
    auto around = std::numeric_limits<std::uint64_t>::max();
    for (int i = 0; i < kReadings; ++i) {
      const auto before = processor_ticks();
      const auto clock = std::chrono::steady_clock::now();
      const auto after = processor_ticks();
      if (after - before >= around) continue;
      around = after - before;
      best = {clock, before};
    }
    return best;
  }
};

}  // namespace convgauge
