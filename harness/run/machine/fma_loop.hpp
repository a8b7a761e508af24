// The loop of multiply-adds, for any width of vector. It is written as a product and a sum, which
// the compiler makes one instruction where the translation unit's instruction set has it
// (-ffp-contract=fast, set for these files only).
#pragma once
#include "core/layers.hpp"
#include "run/machine/loops.hpp"

namespace convgauge::run {

template <class Vector, int kLanes>
inline float fma_loop(std::int64_t repeats, float factor, float addend) {
  const Vector zero{};
  const Vector f = zero + factor, a = zero + addend;
  Vector x[kChains];
  for (int chain = 0; chain < kChains; ++chain) x[chain] = a + static_cast<float>(chain);
  for (std::int64_t i = 0; i < repeats; ++i)
#pragma GCC unroll 12
    for (int chain = 0; chain < kChains; ++chain) x[chain] = x[chain] * f + a;
  Vector sum{};
  for (int chain = 0; chain < kChains; ++chain) sum += x[chain];
  float total = 0;
  for (int lane = 0; lane < kLanes; ++lane) total += sum[lane];
  return total;
}

}  // namespace convgauge::run
