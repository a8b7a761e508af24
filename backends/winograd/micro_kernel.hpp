// The matrix product at the heart: Rows tiles times two vectors of output channels, all sums in registers.
#pragma once
#include "../common/simd.hpp"
#include "kernels.hpp"

namespace convgauge::backends::winograd {

/// The part of a product that one call computes: m[half][row] = (Add: +=) sum over c < depth of v[c][row] * u[c][half].
/// Meanwhile what will be multiplied next is brought near, `ahead_step` floats for each c: it comes from far away.
struct Piece {
  const float* v;
  std::int64_t v_block;
  const float* u;
  float* m;
  std::int64_t m_half;
  std::int64_t depth;
  const float* ahead;
  std::int64_t ahead_step;
};

/// sum += v[lane of each row] * u, for `Lanes` lanes of one pixel.
template <int Lanes, int Width, int Rows>
CONVGAUGE_INLINE void multiply_lanes(const float* v, const float* u, const float* ahead, std::int64_t ahead_step,
                                     Vector<Width> (&sum)[Rows][2]) {
  constexpr int kLine = 16;  // floats of a cache line
#pragma GCC unroll 8
  for (int lane = 0; lane < Lanes; ++lane) {
    __builtin_prefetch(ahead + lane * ahead_step);
    if constexpr (2 * Width > kLine) __builtin_prefetch(ahead + lane * ahead_step + kLine);
    const Vector<Width> u0 = load<Width>(u + lane * 2 * Width), u1 = load<Width>(u + lane * 2 * Width + Width);
#pragma GCC unroll 16
    for (int row = 0; row < Rows; ++row) {
      const float x = v[row * Width + lane];
      sum[row][0] = x * u0 + sum[row][0];
      sum[row][1] = x * u1 + sum[row][1];
    }
  }
}

template <class Isa, int Rows, bool Add>
[[gnu::noinline]] void micro_kernel(const Piece& piece) {
  constexpr int kWidth = Isa::kWidth, kLanes = kWidth < 8 ? kWidth : 8;  // unrolled as far as registers are for
  Vector<kWidth> sum[Rows][2] = {};
  const float *u = piece.u, *ahead = piece.ahead;
  std::int64_t c = 0;
  for (; c + kLanes <= piece.depth; c += kLanes, u += kLanes * 2 * kWidth, ahead += kLanes * piece.ahead_step)
    multiply_lanes<kLanes, kWidth, Rows>(piece.v + c / kWidth * piece.v_block + c % kWidth, u, ahead, piece.ahead_step,
                                         sum);
  for (; c < piece.depth; ++c, u += 2 * kWidth)
    multiply_lanes<1, kWidth, Rows>(piece.v + c / kWidth * piece.v_block + c % kWidth, u, ahead, piece.ahead_step, sum);
#pragma GCC unroll 16
  for (int row = 0; row < Rows; ++row)
    for (int half = 0; half < 2; ++half) {
      float* to = piece.m + half * piece.m_half + row * kWidth;
      store<kWidth>(Add ? load<kWidth>(to) + sum[row][half] : sum[row][half], to);
    }
}

/// All tiles, by micro-kernels of at most Isa::kRows of them, shared out evenly. The depth is cut into blocks that are
/// summed from zero and then added: the part of u that one block needs stays in the first cache for all tiles, and the
/// rounding of long sums grows with the blocks' depth and their number, not with the product of both.
template <class Isa>
struct Multiplication {
  static constexpr std::int64_t kDepth = 64, kWidth = Isa::kWidth;

  using Kernel = void (*)(const Piece&);
  struct Pair {
    Kernel set, add;
  };
  template <int... Row>
  static constexpr std::array<Pair, sizeof...(Row)> table(std::integer_sequence<int, Row...>) {
    return {Pair{micro_kernel<Isa, Row + 1, false>, micro_kernel<Isa, Row + 1, true>}...};
  }

  /// One block of the depth for all tiles. `piece` is that of the first tile.
  static void multiply_block(const Product& p, Piece piece, bool add) {
    static constexpr auto kKernels = table(std::make_integer_sequence<int, Isa::kRows>{});
    const auto blocks = divided_up(p.tiles, Isa::kRows);
    piece.ahead_step = divided_up(2 * kWidth, blocks);
    for (std::int64_t block = 0, tile = 0; block < blocks; ++block) {
      const auto rows = (block + 1) * p.tiles / blocks - tile;
      const Pair& kernel = kKernels[static_cast<std::size_t>(rows - 1)];
      (add ? kernel.add : kernel.set)(piece);
      piece.v += rows * kWidth;
      piece.m += rows * kWidth;
      piece.ahead += piece.depth * piece.ahead_step;
      tile += rows;
    }
  }

  static void run(const Product& p) {
    const float* u = p.u;
    for (std::int64_t image = 0; image < p.images; ++image)
      for (std::int64_t first = 0; first < p.depth; first += kDepth) {
        const auto depth = p.depth - first < kDepth ? p.depth - first : kDepth;
        const float* next = u + depth * 2 * kWidth;
        multiply_block(
            p, {p.v + image * p.v_image + first / kWidth * p.v_block, p.v_block, u, p.m, p.m_half, depth, next, 0},
            u != p.u);
        u = next;
      }
  }
};

}  // namespace convgauge::backends::winograd
