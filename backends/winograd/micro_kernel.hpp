// The matrix product at the heart: Rows tiles times two vectors of output channels, all sums in registers.
#pragma once
#include "../common/simd.hpp"
#include "kernels.hpp"

namespace convgauge::backends::winograd {

/// m[row] = (Add: +=) sum over c < depth of v[row][c] * u[c], each row two vectors. Meanwhile `ahead` is brought into
/// the first cache, a step each time: what the next block of the depth will read comes from far away.
template <class Isa, int Rows, bool Add>
[[gnu::noinline]] void micro_kernel(const float* v, std::int64_t v_step, const float* u, float* m, std::int64_t depth,
                                    const float* ahead, std::int64_t ahead_step) {
  constexpr int kWidth = Isa::kWidth;
  constexpr int kLine = 16;  // floats of a cache line
  using V = Vector<kWidth>;
  V sum[Rows][2] = {};
  for (std::int64_t c = 0; c < depth; ++c, u += 2 * kWidth) {
    const V u0 = load<kWidth>(u), u1 = load<kWidth>(u + kWidth);
    __builtin_prefetch(ahead);
    if constexpr (2 * kWidth > kLine) __builtin_prefetch(ahead + kLine);
    ahead += ahead_step;
#pragma GCC unroll 16
    for (int row = 0; row < Rows; ++row) {
      const float x = v[row * v_step + c];
      sum[row][0] = x * u0 + sum[row][0];
      sum[row][1] = x * u1 + sum[row][1];
    }
  }
#pragma GCC unroll 16
  for (int row = 0; row < Rows; ++row)
    for (int half = 0; half < 2; ++half) {
      float* to = m + row * 2 * kWidth + half * kWidth;
      store<kWidth>(Add ? load<kWidth>(to) + sum[row][half] : sum[row][half], to);
    }
}

/// All tiles, by micro-kernels of at most Isa::kRows of them, shared out evenly. The depth is cut into blocks that are
/// summed from zero and then added: the part of u that one block needs stays in the first cache for all tiles, and the
/// rounding of long sums grows with the blocks' depth and their number, not with the product of both.
template <class Isa>
struct Multiplication {
  static constexpr std::int64_t kDepth = 64;

  using Kernel = void (*)(const float*, std::int64_t, const float*, float*, std::int64_t, const float*, std::int64_t);
  struct Pair {
    Kernel set, add;
  };
  template <int... Row>
  static constexpr std::array<Pair, sizeof...(Row)> table(std::integer_sequence<int, Row...>) {
    return {Pair{micro_kernel<Isa, Row + 1, false>, micro_kernel<Isa, Row + 1, true>}...};
  }

  static void run(const Product& p) {
    static constexpr auto kKernels = table(std::make_integer_sequence<int, Isa::kRows>{});
    const auto blocks = divided_up(p.tiles, Isa::kRows);
    for (std::int64_t first = 0; first < p.depth; first += kDepth) {
      const auto depth = p.depth - first < kDepth ? p.depth - first : kDepth;
      const float *u = p.u + first * 2 * Isa::kWidth, *next = u + depth * 2 * Isa::kWidth;
      const auto share = divided_up(2 * Isa::kWidth, blocks);  // of the next block's rows, for each micro-kernel
      for (std::int64_t block = 0, tile = 0; block < blocks; ++block) {
        const auto end = (block + 1) * p.tiles / blocks;
        const Pair& kernel = kKernels[static_cast<std::size_t>(end - tile - 1)];
        (first == 0 ? kernel.set : kernel.add)(p.v + tile * p.v_step + first, p.v_step, u, p.m + tile * 2 * Isa::kWidth,
                                               depth, next + block * depth * share, share);
        tile = end;
      }
    }
  }
};

}  // namespace convgauge::backends::winograd
