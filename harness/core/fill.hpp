// What tensors are filled with, from a seed: the same bits on every machine, since neither libm nor
// fused multiply-add is used.
#pragma once
#include <cstdint>

#include "core/spec.hpp"

namespace convgauge {

/// integer:   small whole numbers, no zeros, such that every partial sum is exact in
///            the accumulator and the result in the output type: |sum| <= 2^p. Where a narrow
///            output has too many terms for that, weights are sparse: each tap is used by every
///            k-th output channel.
/// normal:    about N(0, 1) for the source, N(0, 1/fan_in) for the weights, so that outputs are
///            about N(0, 1); bias U(-1/sqrt(fan_in), 1/sqrt(fan_in)) as torch has it.
/// uniform:   U(-1, 1) for the source; torch's default initialisation for weights and bias.
/// impulse:   a source of zeros with +-1 at pixels so far apart that no window contains two;
///            weights are large whole numbers, so that an output tells which tap it came from.
///            Exact like integer.
/// range:     magnitudes over dozens of binades, sources and weights alike; of every other problem
///            up to products of 2^100.
/// spike:     like normal but tiny, with one huge pixel in each group of each image.
/// subnormal: source and bias of subnormal numbers, with normal weights.
/// nonfinite: like normal, with an infinity in each group of each image, and a NaN or the other
///            infinity where no output depends on both; one weight in eight is zero. In
///            backward_weights in the first image only.
enum class Fill { integer, normal, uniform, impulse, range, spike, subnormal, nonfinite };
template <>
struct Words<Fill> {
  static constexpr std::string_view what = "fill";
  static constexpr std::array<std::string_view, 8> words{
      "integer", "normal", "uniform", "impulse", "range", "spike", "subnormal", "nonfinite"};
};

/// Part of the key of the cache of references: raise it when a fill changes, so that references
/// stored before are not used.
inline constexpr int kFillVersion = 4;

/// Whether `fill` can be exact for this spec; true for fills that need not be. integer: not where
/// weights would have to be so sparse that a group has too few output channels to use every tap,
/// nor, in the backward directions, where sums are too long. impulse: not where a narrow type
/// cannot hold the sum of all taps of a pixel that padding repeats, nor in the backward directions,
/// for which it is not defined.
bool fits(Fill fill, const Spec& spec);

/// Each writes a whole tensor with the strides and the dtype of the spec. Element (n, c, h, w) has
/// the same value in every layout. Values are exact in the dtype.
void fill_src(const Spec& spec, Fill fill, std::uint64_t seed, void* src);
/// The part of it that is one image, in the forward direction. Not for probes
/// (core/probe_fill.hpp), whose images are not independent of each other.
void fill_image(const Spec& spec, Fill fill, std::uint64_t seed, std::int64_t image, void* out);
void fill_weights(const Spec& spec, Fill fill, std::uint64_t seed, void* weights);
void fill_bias(const Spec& spec, Fill fill, std::uint64_t seed, void* bias);
/// In backward_data filled like a source, in backward_weights like weights.
void fill_diff_dst(const Spec& spec, Fill fill, std::uint64_t seed, void* diff_dst);

}  // namespace convgauge
