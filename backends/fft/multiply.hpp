// The products of spectra: a complex GEMM for every slot, or, where the lanes are groups, lane by lane.
#pragma once
#include "kernels.hpp"
#include "vector.hpp"

namespace convgauge::backends::fft {

/// Sums of more channels than this are added from zero and then together. The error of a sequential sum of n products
/// of one size grows with sqrt(n): at 64 channels it would be the larger part of the backend's error, at 32 it is not.
constexpr int kTermsPerSum = 32;

/// Weights are read once, in order, and seldom from a near cache; hardware stops looking ahead at the end of each page.
constexpr int kPrefetchFloats = 384;

template <class Isa>
struct Multiply {
  static constexpr int W = Isa::width;
  using V = Vector<W>;
  static constexpr int kBlocksPerSum = kTermsPerSum / W;

  /// R tiles of one slot: 2 R accumulators, two vectors of weights, one broadcast at a time. Pair: two real products.
  template <int R, bool Pair, bool Adds>
  static void block(const float* in, std::int64_t in_tile, const float* weights, float* out, const std::int32_t* lanes,
                    int blocks) {
    Complex<V> sum[R] = {};
    for (int b = 0; b < blocks; ++b, in += 2 * W)
      for (int k = 0; k < lanes[b]; ++k, weights += 2 * W) {
        const V re = load<W>(weights), im = load<W>(weights + W);
        __builtin_prefetch(weights + kPrefetchFloats);
        if constexpr (W == 16) __builtin_prefetch(weights + kPrefetchFloats + W);
        unrolled<R>([&](auto t) __attribute__((always_inline)) {
          const float x = in[t * in_tile + k], y = in[t * in_tile + W + k];
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

  using Block = void (*)(const float*, std::int64_t, const float*, float*, const std::int32_t*, int);

  template <bool Pair, bool Adds>
  static Block block_of(int tiles) {
    Block found = nullptr;
    unrolled<Isa::tile_rows>([&](auto i) {
      if (tiles == i + 1) found = block<decltype(i)::value + 1, Pair, Adds>;
    });
    return found;
  }

  /// One slot: all tiles in register blocks as even as can be.
  template <bool Pair>
  static void slot(const Product& p, const float* in, const float* weights, float* out) {
    const int parts = (p.tiles + Isa::tile_rows - 1) / Isa::tile_rows;
    for (int first = 0; first < p.blocks; first += kBlocksPerSum) {
      const int blocks = p.blocks - first < kBlocksPerSum ? p.blocks - first : kBlocksPerSum;
      const std::int32_t* lanes = p.block_lanes + first;
      for (int i = 0; i < parts; ++i) {
        const int begin = p.tiles * i / parts, end = p.tiles * (i + 1) / parts;
        const Block run = first == 0 ? block_of<Pair, false>(end - begin) : block_of<Pair, true>(end - begin);
        run(in + begin * p.in_tile, p.in_tile, weights, out + begin * 2 * W, lanes, blocks);
      }
      for (int b = 0; b < blocks; ++b) weights += lanes[b] * 2 * W;
      in += blocks * 2 * W;
    }
  }

  static void multiply(const Product& p) {
    for (std::int64_t s = 0; s < p.slots; ++s) {
      const float *in = p.in + s * p.in_slot, *weights = p.weights + s * p.weight_slot;
      float* out = p.out + s * p.out_slot;
      if (is_pair(p.tile_h, s))
        slot<true>(p, in, weights, out);
      else
        slot<false>(p, in, weights, out);
    }
  }

  static void multiply_lanes(const LaneProduct& p) {
    const float *in = p.in, *weights = p.weights;
    for (std::int64_t s = 0; s < p.slots; ++s) {
      Complex<V> sum{};
      for (int k = 0; k < p.k; ++k, in += 2 * W, weights += 2 * W) {
        const auto x = load_complex<W>(in), u = load_complex<W>(weights);
        const Complex<V> product = is_pair(p.tile_h, s)
                                       ? Complex<V>{x.re * u.re, x.im * u.im}
                                       : Complex<V>{x.re * u.re - x.im * u.im, x.re * u.im + x.im * u.re};
        sum = k == 0 ? product : sum + product;
      }
      store_complex<W>(sum, p.out + s * 2 * W);
    }
  }
};

}  // namespace convgauge::backends::fft
