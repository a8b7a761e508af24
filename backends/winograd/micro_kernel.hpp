// The matrix product at the heart: Rows tiles times two vectors of output channels, all sums in
// registers.
#pragma once
#include "../common/simd.hpp"
#include "kernels.hpp"

namespace convgauge::backends::winograd {

/// How far ahead of its use U is prefetched.
enum class Ahead {
  // The next block of the depth, into the L1 cache: where many tiles use each block.
  block,
  // The third next block into the L2 cache, and one line of the eighth next for its page: where
  // few tiles use each block, so that reading U from memory takes the time.
  memory,
};

/// The part of a product that one call computes: m[half][row] = (Add: +=) sum over c < depth of
/// v[c][row] * u[c][half]. Meanwhile `ahead` and `ahead_too` are prefetched: from each a quarter as
/// many floats as the call reads of u.
struct Piece {
  const float* v;
  std::int64_t v_block;
  const float* u;
  float* m;
  std::int64_t m_half;
  std::int64_t depth;
  const float *ahead, *ahead_too;
};

/// The depth is cut into blocks that are summed from zero and then added: the part of u that one
/// block needs stays in the L1 cache for all tiles, and the rounding error of long sums grows with
/// the depth of a block plus the number of blocks, not with their product. 128 instead of 64 is 1
/// to 2% faster, with 1.3 times the error (C = 512).
constexpr std::int64_t kBlockDepth = 64;

/// sum += v[lane of each row] * u, for `Lanes` lanes of one pixel.
template <int Lanes, int Width, int Rows>
CONVGAUGE_INLINE void multiply_lanes(const float* v, const float* u,
                                     Vector<Width> (&sum)[Rows][2]) {
#pragma GCC unroll 8
  for (int lane = 0; lane < Lanes; ++lane) {
    const Vector<Width> u0 = load<Width>(u + lane * 2 * Width),
                        u1 = load<Width>(u + lane * 2 * Width + Width);
#pragma GCC unroll 16
    for (int row = 0; row < Rows; ++row) {
      const float x = v[row * Width + lane];
      sum[row][0] = x * u0 + sum[row][0];
      sum[row][1] = x * u1 + sum[row][1];
    }
  }
}

template <class Isa, int Rows, bool Add, Ahead Distance>
[[gnu::noinline]] void micro_kernel(const Piece& piece) {
  // Lanes of a vector, and those of one unrolled step.
  constexpr int kWidth = Isa::kWidth, kLanes = kWidth < 8 ? kWidth : 8;
  // Floats of a cache line, and of the part of u that a step reads.
  constexpr int kLine = 16, kStep = kLanes * 2 * kWidth;
  Vector<kWidth> sum[Rows][2] = {};
  const float *v = piece.v, *u = piece.u, *ahead = piece.ahead, *ahead_too = piece.ahead_too;
  std::int64_t left = piece.depth;
  constexpr int kNearness = Distance == Ahead::block ? 3 : 2;  // prefetcht0, prefetcht1
  if constexpr (Distance == Ahead::memory) __builtin_prefetch(u + 8 * kBlockDepth * 2 * kWidth);
  for (; left >= kWidth; left -= kWidth, v += piece.v_block)
#pragma GCC unroll 2
    for (int first = 0; first < kWidth;
         first += kLanes, u += kStep, ahead += kStep / 4, ahead_too += kStep / 4) {
#pragma GCC unroll 8
      for (int line = 0; line < kStep / 4; line += kLine) {
        __builtin_prefetch(ahead + line, 0, kNearness);
        __builtin_prefetch(ahead_too + line, 0, kNearness);
      }
      multiply_lanes<kLanes, kWidth, Rows>(v + first, u, sum);
    }
  for (; left > 0; --left, ++v, u += 2 * kWidth) multiply_lanes<1, kWidth, Rows>(v, u, sum);
#pragma GCC unroll 16
  for (int row = 0; row < Rows; ++row)
    for (int half = 0; half < 2; ++half) {
      float* to = piece.m + half * piece.m_half + row * kWidth;
      store<kWidth>(Add ? load<kWidth>(to) + sum[row][half] : sum[row][half], to);
    }
}

/// All tiles, divided evenly among micro-kernels of at most Isa::kRows tiles.
template <class Isa>
struct Multiplication {
  static constexpr std::int64_t kWidth = Isa::kWidth;

  using Kernel = void (*)(const Piece&);
  struct Pair {
    Kernel set, add;
  };
  template <Ahead Distance, int... Row>
  static constexpr std::array<Pair, sizeof...(Row)> table(std::integer_sequence<int, Row...>) {
    return {Pair{micro_kernel<Isa, Row + 1, false, Distance>,
                 micro_kernel<Isa, Row + 1, true, Distance>}...};
  }

  /// Where at most this many tiles use a block of U, prefetching only one block ahead is too late
  /// (measured with 512 channels: 16 tiles 83 GFLOP/s by Ahead::memory, 73 by Ahead::block; 24
  /// tiles 63 and 74).
  static constexpr std::int64_t kFewTiles = 18;

  /// One block of the depth for all tiles. `u` is the block's part of U; that of the next block
  /// follows it.
  static void multiply_block(const Product& p, const float* v, const float* u, std::int64_t depth,
                             bool add) {
    constexpr auto kRows = std::make_integer_sequence<int, Isa::kRows>{};
    static constexpr auto kNext = table<Ahead::block>(kRows), kFar = table<Ahead::memory>(kRows);
    const bool few = p.tiles <= kFewTiles;
    const auto blocks = divided_up(p.tiles, Isa::kRows);
    const auto quarter = depth * kWidth / 2;
    const float* next = u + (few ? 3 : 1) * 4 * quarter;
    for (std::int64_t block = 0, tile = 0; block < blocks; ++block) {
      const auto rows = (block + 1) * p.tiles / blocks - tile;
      const Pair& kernel = (few ? kFar : kNext)[static_cast<std::size_t>(rows - 1)];
      // Four or more micro-kernels each prefetch a quarter of the block ahead; fewer each prefetch
      // a half.
      const float* ahead = next + (blocks < 4 ? block % 2 * 2 : block % 4) * quarter;
      (add ? kernel.add
           : kernel.set)({v + tile * kWidth, p.v_block, u, p.m + tile * kWidth, p.m_half, depth,
                          ahead, blocks < 4 ? ahead + quarter : ahead});
      tile += rows;
    }
  }

  static void run(const Product& p) {
    const float* u = p.u;
    for (std::int64_t image = 0; image < p.images; ++image)
      for (std::int64_t first = 0; first < p.depth; first += kBlockDepth) {
        const auto depth = p.depth - first < kBlockDepth ? p.depth - first : kBlockDepth;
        multiply_block(p, p.v + image * p.v_image + first / kWidth * p.v_block, u, depth, u != p.u);
        u += depth * 2 * kWidth;
      }
  }
};

}  // namespace convgauge::backends::winograd
