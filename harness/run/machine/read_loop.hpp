// Reads an array, for any width of vector, into eight sums, so that no addition waits for the
// previous one.
#pragma once
#include "core/layers.hpp"
#include "run/machine/loops.hpp"

namespace convgauge::run {

/// `Vector`: of 64-bit words. It is loaded by memcpy, so that the array needs no alignment.
template <class Vector, std::size_t kLanes>
inline std::uint64_t read_loop(const std::uint64_t* words, std::size_t count, std::int64_t passes) {
  constexpr std::size_t kSums = 8;
  Vector sums[kSums] = {};
  std::uint64_t total = 0;
  for (std::int64_t pass = 0; pass < passes; ++pass) {
    std::size_t i = 0;
    for (; i + kSums * kLanes <= count; i += kSums * kLanes)
#pragma GCC unroll 8
      for (std::size_t k = 0; k < kSums; ++k) {
        Vector vector;
        __builtin_memcpy(&vector, words + i + k * kLanes, sizeof vector);
        sums[k] += vector;
      }
    for (; i < count; ++i) total += words[i];
    asm volatile("" ::: "memory");  // every pass must read the array again
  }
  for (const auto& sum : sums)
    for (std::size_t lane = 0; lane < kLanes; ++lane) total += sum[lane];
  return total;
}

}  // namespace convgauge::run
