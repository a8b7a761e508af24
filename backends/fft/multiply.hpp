// The products of spectra: a complex GEMM for every slot, or, where the lanes are groups, lane by
// lane.
//
// Two vectors of output channels at once are multiplied by Gauss' form, with three real products
// for a complex one: with z = x + i y from the source and u = c + i d from the weights
//   re = (x + y) c - y (c + d),   im = (x + y) c + x (d - c)
// Each of the three is a real GEMM of R tiles by two vectors, which needs fewer loads for a product
// than one complex vector does. c + d and d - c are computed when the weights are loaded, so that
// the packed weights stay at two numbers.
#pragma once
#include "kernels.hpp"
#include "vector.hpp"

namespace convgauge::backends::fft {

/// A sum over more channels than this is made of partial sums that each start from zero. The error
/// of a sequential sum of n products of one size grows with sqrt(n): at 64 channels it would be the
/// larger part of the backend's error, at 32 it is not.
constexpr int kTermsPerSum = 32;

template <class Isa>
struct Multiply {
  static constexpr int W = Isa::width;
  using V = Vector<W>;
  static constexpr int kBlocksPerSum = kTermsPerSum / W;
  /// Weights and spectra are read in order, and seldom from the L1 cache; hardware prefetching
  /// stops at the end of each page. So weights are prefetched one partial sum ahead, and spectra
  /// one slot ahead.
  static constexpr int kPrefetchFloats = kTermsPerSum * 2 * W;

  /// A register block: some tiles and vectors of one slot, and the blocks of k from `first` on that
  /// one partial sum has. `in`, `weights` and `out` point to its beginning; sums[tile]
  /// [kTermsPerSum] is re + im of `in`. What changes from call to call is passed in registers: a
  /// structure would be read before it is completely written, and every block would wait for that.
  using Block = void (*)(const Product& p, int first, const float* in, const float* weights,
                         float* out, const float* sums);

  [[gnu::always_inline]] static void prefetch(const float* pair) {
    __builtin_prefetch(pair);
    if constexpr (W == 16) __builtin_prefetch(pair + W);
  }

  static int blocks_from(const Product& p, int first) {
    return p.blocks - first < kBlocksPerSum ? p.blocks - first : kBlocksPerSum;
  }

  /// R tiles and one vector of one slot: 2 R accumulators, two vectors of weights, one broadcast at
  /// a time. Pair: two real products instead of a complex one.
  template <int R, bool Pair, bool Adds>
  static void one_vector(const Product& p, int first, const float* in, const float* weights,
                         float* out, const float*) {
    Complex<V> sum[R] = {};
    const std::int32_t* lanes = p.block_lanes + first;
    for (int b = 0; b < blocks_from(p, first); ++b, in += 2 * W)
      for (int k = 0; k < lanes[b]; ++k, weights += 2 * W) {
        const V re = load<W>(weights), im = load<W>(weights + W);
        prefetch(weights + kPrefetchFloats);
        unrolled<R>([&](auto t) __attribute__((always_inline)) {
          const float x = in[t * p.in_tile + k], y = in[t * p.in_tile + W + k];
          if constexpr (Pair) {
            sum[t].re += x * re;
            sum[t].im += y * im;
          } else {
            sum[t].re += x * re;
            sum[t].im += x * im;
            sum[t].re -= y * im;
            sum[t].im += y * re;
          }
        });
      }
    unrolled<R>([&](auto t) __attribute__((always_inline)) {
      store_complex<W>(Adds ? load_complex<W>(out + t * 2 * W) + sum[t] : sum[t], out + t * 2 * W);
    });
  }

  /// One of the three products of Gauss' form: sum[v][t] += in[t][k] * weight(v, k), for two
  /// vectors v. `in` moves by in_block with every block of k. ahead(weights, b, k) prefetches.
  template <int R, class Weight, class Ahead>
  [[gnu::always_inline]] static void real_products(V (&sum)[2][R], const Product& p, int first,
                                                   const float* in, std::int64_t in_tile,
                                                   std::int64_t in_block, const float* weights,
                                                   Weight weight, Ahead ahead) {
    const std::int32_t* lanes = p.block_lanes + first;
    for (int b = 0; b < blocks_from(p, first); ++b, in += in_block)
      for (int k = 0; k < lanes[b]; ++k, weights += 2 * W) {
        const V u = weight(weights), v = weight(weights + p.weight_vector);
        ahead(weights, b, k);
        unrolled<R>([&](auto t) __attribute__((always_inline)) {
          const float x = in[t * in_tile + k];
          sum[0][t] += x * u;
          sum[1][t] += x * v;
        });
      }
  }

  /// out = join(out, sum)
  template <int R, class Join>
  [[gnu::always_inline]] static void join(V (&sum)[2][R], const Product& p, float* out, Join join) {
    unrolled<2>([&](auto v) __attribute__((always_inline)) {
      float* to = out + v * p.out_vector;
      unrolled<R>([&](auto t) __attribute__((always_inline)) {
        store<W>(join(load<W>(to + t * 2 * W), sum[v][t]), to + t * 2 * W);
      });
    });
  }

  /// R tiles and two vectors of one slot, by Gauss' form: three GEMMs with 2 R accumulators each.
  template <int R, bool Adds>
  static void two_vectors(const Product& p, int first, const float* in, const float* weights,
                          float* out, const float* sums) {
    const auto replaced_or_added = [](const V& old, const V& sum) __attribute__((always_inline)) {
      return Adds ? old + sum : sum;
    };
    const auto first_ahead = [](const float* u, int, int) __attribute__((always_inline)) {
      prefetch(u + kPrefetchFloats);
    };
    const auto spectra_ahead = [&](const float*, int b, int k) __attribute__((always_inline)) {
      if (k < R) prefetch(in + p.in_slot + k * p.in_tile + b * 2 * W);
    };
    const auto second_ahead = [&](const float* u, int, int) __attribute__((always_inline)) {
      prefetch(u + p.weight_vector + kPrefetchFloats);
    };
    V sum[2][R] = {};
    real_products<R>(
        sum, p, first, sums, kTermsPerSum, W, weights,
        [](const float* u) __attribute__((always_inline)) { return load<W>(u); }, first_ahead);
    join<R>(sum, p, out, replaced_or_added);
    real_products<R>(
        sum, p, first, in, p.in_tile, 2 * W, weights,
        [](const float* u) __attribute__((always_inline)) { return load<W>(u + W) - load<W>(u); },
        spectra_ahead);
    join<R>(sum, p, out + W, replaced_or_added);
    unrolled<R>([&](auto t) __attribute__((always_inline)) { sum[0][t] = sum[1][t] = V{}; });
    real_products<R>(
        sum, p, first, in + W, p.in_tile, 2 * W, weights,
        [](const float* u) __attribute__((always_inline)) { return load<W>(u) + load<W>(u + W); },
        second_ahead);
    join<R>(
        sum, p, out,
        [](const V& old, const V& last) __attribute__((always_inline)) { return old - last; });
  }

  enum class Kind { complex, pair, gauss };

  template <Kind kind, bool Adds, int R>
  static constexpr Block block() {
    if constexpr (kind == Kind::gauss)
      return two_vectors<R, Adds>;
    else
      return one_vector<R, kind == Kind::pair, Adds>;
  }

  /// of[t - 1]: the register block of t tiles.
  struct Blocks {
    Block of[Isa::tile_rows];
  };
  template <Kind kind, bool Adds>
  static constexpr Blocks blocks = [] {
    Blocks all{};
    unrolled<Isa::tile_rows>(
        [&](auto i) { all.of[i] = block<kind, Adds, decltype(i)::value + 1>(); });
    return all;
  }();
  template <Kind kind>
  static Block block_of(int tiles, bool adds) {
    return (adds ? blocks<kind, true> : blocks<kind, false>).of[tiles - 1];
  }

  /// sums[t][k] = re + im of in[t][k].
  [[gnu::always_inline]] static void add_parts(const Product& p, int first, const float* in,
                                               int tiles, float* sums) {
    for (int t = 0; t < tiles; ++t)
      for (int b = 0; b < blocks_from(p, first); ++b) {
        const float* z = in + t * p.in_tile + b * 2 * W;
        store<W>(load<W>(z) + load<W>(z + W), sums + t * kTermsPerSum + b * W);
      }
  }

  /// All vectors of some tiles of one slot, for the channels of one partial sum.
  [[gnu::always_inline]] static void vectors(const Product& p, bool pair, int first,
                                             const float* in, int tiles, const float* weights,
                                             float* out, float* sums) {
    int v = 0;
    if (!pair && p.vectors > 1) {
      add_parts(p, first, in, tiles, sums);
      const Block run = block_of<Kind::gauss>(tiles, first > 0);
      for (; v + 1 < p.vectors; v += 2)
        run(p, first, in, weights + v * p.weight_vector, out + v * p.out_vector, sums);
    }
    const Block run =
        pair ? block_of<Kind::pair>(tiles, first > 0) : block_of<Kind::complex>(tiles, first > 0);
    for (; v < p.vectors; ++v)
      run(p, first, in, weights + v * p.weight_vector, out + v * p.out_vector, sums);
  }

  /// All tiles, in register blocks of nearly the same number of tiles.
  static void multiply(const Product& p) {
    float sums[Isa::tile_rows * kTermsPerSum];
    const int parts = (p.tiles + Isa::tile_rows - 1) / Isa::tile_rows, rows = p.tiles / parts,
              longer = p.tiles % parts;
    for (std::int64_t s = 0; s < p.slots; ++s) {
      const float *in = p.in + s * p.in_slot, *weights = p.weights + s * p.weight_slot;
      for (int first = 0; first < p.blocks; first += kBlocksPerSum, in += kBlocksPerSum * 2 * W) {
        for (int i = 0, tile = 0; i < parts; ++i) {
          const int tiles = rows + (i < longer);
          vectors(p, is_pair(p.tile_h, s), first, in + tile * p.in_tile, tiles, weights,
                  p.out + s * p.out_slot + tile * 2 * W, sums);
          tile += tiles;
        }
        for (int b = 0; b < blocks_from(p, first); ++b) weights += p.block_lanes[first + b] * 2 * W;
      }
    }
  }

  static void multiply_lanes(const LaneProduct& p) {
    const float *in = p.in, *weights = p.weights;
    for (std::int64_t s = 0; s < p.slots; ++s) {
      Complex<V> sum{};
      for (int k = 0; k < p.k; ++k, in += 2 * W, weights += 2 * W) {
        const auto x = load_complex<W>(in), u = load_complex<W>(weights);
        const Complex<V> product =
            is_pair(p.tile_h, s) ? Complex<V>{x.re * u.re, x.im * u.im}
                                 : Complex<V>{x.re * u.re - x.im * u.im, x.re * u.im + x.im * u.re};
        sum = k == 0 ? product : sum + product;
      }
      store_complex<W>(sum, p.out + s * 2 * W);
    }
  }
};

}  // namespace convgauge::backends::fft
