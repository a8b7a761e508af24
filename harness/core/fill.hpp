// What tensors are filled with: the same bits on every machine (no libm, no contraction), from a
// seed.
#pragma once
#include <cstdint>

#include "core/spec.hpp"

namespace convgauge {

/// integer: small whole numbers, no zeros, such that every partial sum is exact in the accumulator
///          and the result in the output type: |sum| <= 2^p. Where a narrow output has too many
///          terms for that, weights are sparse, each tap being hit by every so-manieth output
///          channel.
/// normal:  about N(0, 1) for the source, N(0, 1/fan_in) scaled for the weights so that outputs are
///          about N(0, 1); bias U(-1/sqrt(fan_in), 1/sqrt(fan_in)) as torch has it.
/// uniform: U(-1, 1) for the source; torch's default initialisation for weights and bias. impulse:
/// a source of zeros with +-1 at pixels so far apart that no window sees two; weights are large
/// whole numbers,
///          so that an output tells which tap it came from. Exact like integer.
/// range:   magnitudes over dozens of binades, sources and weights alike.
/// spike:   normal, tiny, but for one huge pixel in each group of each image.
/// subnormal: a source and a bias of subnormal numbers under normal weights.
/// nonfinite: normal, but for two of infinity, -infinity and NaN in each group of each image; a
/// weight in eight is zero.
enum class Fill { integer, normal, uniform, impulse, range, spike, subnormal, nonfinite };
template <>
struct Words<Fill> {
  static constexpr std::string_view what = "fill";
  static constexpr std::array<std::string_view, 8> words{
      "integer", "normal", "uniform", "impulse", "range", "spike", "subnormal", "nonfinite"};
};

/// A change makes every stored reference stale: part of the cache key.
inline constexpr int kFillVersion = 2;

/// Whether a fill can keep its promise for this spec: integer cannot where weights must be so
/// sparse that a group has too few output channels to hit every tap, or, backward, sums are too
/// long; impulse where a narrow type cannot hold the sum of all taps of a pixel that padding
/// repeats, and backward, where a window is no window.
bool fits(Fill fill, const Spec& spec);

/// Each writes a whole tensor, contiguous in the strides of the spec, in the spec's dtype. Element
/// (n, c, h, w) has the same value in every layout. Values are exact in the dtype.
void fill_src(const Spec& spec, Fill fill, std::uint64_t seed, void* src);
void fill_weights(const Spec& spec, Fill fill, std::uint64_t seed, void* weights);
void fill_bias(const Spec& spec, Fill fill, std::uint64_t seed, void* bias);
/// backward_data: as a source is filled. backward_weights: as weights are.
void fill_diff_dst(const Spec& spec, Fill fill, std::uint64_t seed, void* diff_dst);

}  // namespace convgauge
