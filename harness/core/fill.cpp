// The common fills: exact integers, and the distributions of real networks.
#include "core/fill.hpp"

#include <algorithm>
#include <cmath>

#include "core/generator.hpp"
#include "core/probe_fill.hpp"

namespace convgauge {

using namespace generator;

namespace {

/// The largest magnitudes of the integer fill. `stride` 1: every weight is nonzero. Otherwise tap t
/// of output channel o of a group is nonzero where (t + o) % stride == 0, so that every tap is used
/// by some channel if the group has at least `stride` of them.
struct Amplitudes {
  std::int64_t src = 1, weights = 1, bias = 1, stride = 1;
};

/// A bound on |sum| of `terms` products of magnitude at most 1: the smaller of n, which always
/// holds, and 8 sqrt(n), which random signs exceed with a probability of at most 2 exp(-8^2 / 2) =
/// 3e-14 (Hoeffding). Only the final rounding of a narrow output relies on the latter.
double reach(std::int64_t terms) {
  const auto n = static_cast<double>(terms);
  return std::min(n, 8 * std::sqrt(n));
}

/// The most products of magnitude 1 that may be summed so that every partial sum fits the
/// accumulator, and the result the output.
std::int64_t most_terms(double accumulator, double output) {
  const double likely = std::floor(output / 8) * std::floor(output / 8);
  return static_cast<std::int64_t>(std::max(1.0, std::min(accumulator, std::max(output, likely))));
}

Amplitudes amplitudes(const Spec& spec) {
  // Exact in every dtype, and in every narrower type that a math mode rounds to.
  constexpr std::int64_t kMost = 127;
  const auto terms = std::max<std::int64_t>(spec.terms(), 1);
  const auto power = [](Dtype t) { return static_cast<double>(std::int64_t{1} << precision(t)); };
  Amplitudes a;
  const double least = std::min(power(spec.accumulator_type), power(spec.dst_type));
  a.bias = spec.geometry.bias
               ? std::clamp<std::int64_t>(static_cast<std::int64_t>(least / 8), 1, kMost)
               : 0;
  const auto bias = static_cast<double>(a.bias);
  const double accumulator = power(spec.accumulator_type) - bias,
               output = power(spec.dst_type) - bias;
  const auto most = most_terms(accumulator, output);
  a.stride = (terms + most - 1) / most;
  const auto active = (terms + a.stride - 1) / a.stride;
  const double product =
      std::min(accumulator / static_cast<double>(active), output / reach(active));
  a.weights = std::clamp<std::int64_t>(static_cast<std::int64_t>(std::sqrt(product)), 1, kMost);
  a.src = std::clamp<std::int64_t>(
      static_cast<std::int64_t>(product / static_cast<double>(a.weights)), 1, kMost);
  return a;
}

void fill_source(const Spec& spec, const Filled& filled, Fill fill, void* out) {
  if (is_probe(fill)) return probe_source(spec, filled, fill, out);
  const auto go = [&](auto value) {
    fill_tensor(spec.shape(filled.role), spec.strides(filled.role), spec.type(filled.role),
                filled.key, out, value);
  };
  if (fill == Fill::normal)
    return go([](std::uint64_t bits, std::int64_t) { return normal(bits); });
  if (fill == Fill::uniform)
    return go([](std::uint64_t bits, std::int64_t) { return uniform(bits); });
  go([most = amplitudes(spec).src](std::uint64_t bits, std::int64_t) { return whole(bits, most); });
}

void fill_factor(const Spec& spec, const Filled& filled, Fill fill, void* out) {
  if (is_probe(fill)) return probe_factor(spec, filled, fill, out);
  const double scale = inverse_root(spec.terms());
  const auto go = [&](auto value) {
    fill_tensor(spec.shape(filled.role), spec.strides(filled.role), spec.type(filled.role),
                filled.key, out, value);
  };
  if (fill == Fill::normal)
    return go([=](std::uint64_t bits, std::int64_t) { return scale * normal(bits); });
  if (fill == Fill::uniform)
    return go([=](std::uint64_t bits, std::int64_t) { return scale * uniform(bits); });
  const auto a = amplitudes(spec);
  if (a.stride == 1)
    return go([=](std::uint64_t bits, std::int64_t) { return whole(bits, a.weights); });
  const auto& g = spec.geometry;
  go([=, terms = g.terms(), outputs = g.group_outputs()](std::uint64_t bits, std::int64_t index) {
    const auto tap = index % terms, channel = index / terms % outputs;
    return (tap + channel) % a.stride == 0 ? whole(bits, a.weights) : 0.0;
  });
}

}  // namespace

bool fits(Fill fill, const Spec& spec) {
  if (fill == Fill::impulse) return impulse_fits(spec);
  if (fill != Fill::integer) return true;
  return amplitudes(spec).stride <=
         (spec.direction == Direction::forward ? spec.geometry.group_outputs() : 1);
}

void fill_src(const Spec& spec, Fill fill, std::uint64_t seed, void* src) {
  fill_source(spec, {TensorRole::src, key_of(seed, Role::src), spec.geometry.group_inputs()}, fill,
              src);
}

void fill_image(const Spec& spec, Fill fill, std::uint64_t seed, std::int64_t image, void* out) {
  auto one = spec;
  one.geometry.batch = 1;
  // The random bits of an element follow from its index alone.
  const auto before = static_cast<std::uint64_t>(image * elements(one.geometry.src_shape()));
  fill_source(
      one,
      {TensorRole::src, key_of(seed, Role::src) + before * kGolden, spec.geometry.group_inputs()},
      fill, out);
}

void fill_weights(const Spec& spec, Fill fill, std::uint64_t seed, void* weights) {
  fill_factor(spec, {TensorRole::weights, key_of(seed, Role::weights)}, fill, weights);
}

void fill_diff_dst(const Spec& spec, Fill fill, std::uint64_t seed, void* diff_dst) {
  const Filled filled{TensorRole::diff_dst, key_of(seed, Role::diff_dst),
                      spec.geometry.group_outputs()};
  if (spec.direction == Direction::backward_weights)
    return fill_factor(spec, filled, fill, diff_dst);
  fill_source(spec, filled, fill, diff_dst);
}

void fill_bias(const Spec& spec, Fill fill, std::uint64_t seed, void* bias) {
  if (is_probe(fill)) return probe_bias(spec, fill, seed, bias);
  const auto& g = spec.geometry;
  const Shape shape{1, 1, 1, g.bias ? g.out_channels : 0};
  const auto go = [&](auto value) {
    fill_tensor(shape, nchw_strides(shape), spec.dst_type, key_of(seed, Role::bias), bias, value);
  };
  const double bound = inverse_root(g.terms());
  if (fill == Fill::integer)
    return go([most = amplitudes(spec).bias](std::uint64_t bits, std::int64_t) {
      return whole(bits, most);
    });
  go([=](std::uint64_t bits, std::int64_t) { return bound * uniform(bits); });
}

}  // namespace convgauge
