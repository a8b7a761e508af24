#include "verify/mutant.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <optional>
#include "core/layers.hpp"

namespace convgauge::verify {
namespace {

constexpr std::int64_t modulo(std::int64_t i, std::int64_t size) {
  return (i % size + size) % size;
}

/// source_index() of reference/padding.hpp for any index, since a misread geometry may exceed the
/// limits of padding.
std::optional<std::int64_t> folded(Edge edge, std::int64_t i, std::int64_t size) {
  if (0 <= i && i < size) return i;
  switch (edge) {
    case Edge::zeros:
      break;
    case Edge::reflect: {
      const auto turn = modulo(i, std::max<std::int64_t>(1, 2 * (size - 1)));
      return std::min(turn, 2 * (size - 1) - turn);
    }
    case Edge::replicate:
      return std::clamp<std::int64_t>(i, 0, size - 1);
    case Edge::circular:
      return modulo(i, size);
    case Edge::symmetric: {
      const auto turn = modulo(i, 2 * size);
      return std::min(turn, 2 * size - 1 - turn);
    }
    case Edge::unchecked:
      return i;
  }
  return std::nullopt;
}

std::optional<std::int64_t> folded(const Border& border, std::int64_t i, std::int64_t size) {
  if (0 <= i && i < size) return i;
  const bool before = i < 0;
  if ((before ? -i : i - size + 1) > border.rings) return std::nullopt;
  auto at = folded(before ? border.before : border.after, i, size);
  if (at) *at += before ? border.shift_before : border.shift_after;
  return at;
}

/// Keeps 10 explicit mantissa bits of an f32: rounded to nearest even, or truncated.
double tf32(double value, bool truncated) {
  constexpr std::uint32_t dropped = 0x1fff;
  auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(value));
  if (!truncated) bits += dropped / 2 + (bits >> 13 & 1);
  return std::bit_cast<float>(bits & ~dropped);
}

double rounded_by(Rounding how, double value) {
  switch (how) {
    case Rounding::none:
      break;
    case Rounding::tf32:
      return tf32(value, false);
    case Rounding::tf32_truncated:
      return tf32(value, true);
    case Rounding::f16:
      return rounded(Dtype::f16, value);
    case Rounding::bf16:
      return rounded(Dtype::bf16, value);
    case Rounding::f32:
      return rounded(Dtype::f32, value);
  }
  return value;
}

/// A tensor as it is misread.
struct Reading {
  Dtype type;
  const void* data;
  std::int64_t size;
  Rounding rounding;
  bool outside = false;

  double at(std::int64_t index) {
    if (index < 0 || index >= size) return outside = true, 0;
    if (rounding != Rounding::none) return rounded_by(rounding, load(type, data, index));
    // f32 is the usual type and is read inline.
    return type == Dtype::f32 ? static_cast<const float*>(data)[index] : load(type, data, index);
  }
};

void add_bias(const Mutant& m, const Inputs& inputs, const OutputIndex& at, MutantSum& sum) {
  if (!m.spec.geometry.bias) return;
  const auto channel = m.bias_of(m, at);
  if (channel < 0 || channel >= m.spec.geometry.out_channels) return;
  const double bias =
      m.biases * rounded_by(m.bias_rounded, load(m.spec.dst_type, inputs.bias, channel));
  sum.value += bias;
  sum.magnitude += std::fabs(bias);
}

}  // namespace

Mutant::Mutant(const Spec& s)
    : spec(s),
      g(s.geometry),
      border_h{static_cast<Edge>(s.geometry.padding_mode),
               static_cast<Edge>(s.geometry.padding_mode)},
      border_w(border_h),
      src(s.src_strides()),
      weights(s.weights_strides()),
      inputs(s.geometry.group_inputs()),
      group_of([](const Mutant& m, std::int64_t o) { return o / m.spec.geometry.group_outputs(); }),
      channel_of([](const Mutant& m, std::int64_t group, std::int64_t i) {
        return group * m.spec.geometry.group_inputs() + i;
      }),
      weights_of([](const Mutant&, std::int64_t o) { return o; }),
      bias_of([](const Mutant&, const OutputIndex& at) { return at[1]; }),
      place_of([](const Mutant&, const OutputIndex& at) { return at; }) {}

MutantSum sum_at(const Mutant& m, const Inputs& inputs, const OutputIndex& place) {
  const auto& whole = m.spec.geometry;
  Reading src{m.spec.src_type, inputs.src, elements(whole.src_shape()), m.src_rounded};
  Reading weights{m.spec.weights_type, inputs.weights, elements(whole.weights_shape()),
                  m.weights_rounded};
  const OutputIndex at = m.place_of(m, place);
  const auto group = m.group_of(m, at[1]), o = m.weights_of(m, at[1]);
  MutantSum sum;
  for (std::int64_t k = 0; k < m.g.h.kernel; ++k)
    for (std::int64_t l = 0; l < m.g.w.kernel; ++l) {
      const auto h = folded(m.border_h, m.g.h.source(at[2], k), m.g.h.input);
      const auto w = folded(m.border_w, m.g.w.source(at[3], l), m.g.w.input);
      if (!h || !w) continue;
      const auto pixel = m.src_start + at[0] * m.src[0] + *h * m.src[2] + *w * m.src[3];
      const auto tap = m.weights_start + o * m.weights[0] + k * m.weights[2] + l * m.weights[3];
      for (std::int64_t i = m.first_input; i < m.first_input + m.inputs; ++i) {
        const auto channel = m.channel_of(m, group, i);
        // Divides only where it must: a division would slow this loop down noticeably.
        const auto input = i < whole.group_inputs() ? i : i % whole.group_inputs();
        const double product =
            src.at(pixel + channel * m.src[1]) * weights.at(tap + input * m.weights[1]);
        sum.value += product;
        sum.magnitude += std::fabs(product);
      }
    }
  sum.value *= m.sums;
  sum.magnitude *= std::fabs(m.sums);
  sum.products = m.terms();
  sum.outside = src.outside || weights.outside;
  add_bias(m, inputs, at, sum);
  return sum;
}

double finished(const Mutant& m, double sum) {
  const double value = m.scale * sum;
  return rounded_by(m.output_rounded, m.cut_off ? std::max(0.0, value) : value);
}

}  // namespace convgauge::verify
