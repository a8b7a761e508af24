#include "verify/extremes.hpp"

#include <algorithm>
#include <cmath>
#include "core/layers.hpp"

namespace convgauge::verify {
namespace {

struct Place {
  std::int64_t n, c, h, w;
};

Place place_of(const Shape& s, std::int64_t i) {
  return {i / (s[1] * s[2] * s[3]), i / (s[2] * s[3]) % s[1], i / s[3] % s[2], i % s[3]};
}

/// An output of a backend that skips padding, where torch multiplies by zero. `touches`: whether
/// the window reaches into the padding.
struct WithoutPadding {
  bool touches = false;
  double want = 0, magnitude = 0;
};

WithoutPadding without_padding(const Evidence& e, const Place& p) {
  const auto& g = e.spec.geometry;
  const Strides x = e.spec.src_strides(), w = e.spec.weights_strides();
  WithoutPadding result;
  if (g.bias) result.want = load(e.spec.dst_type, e.inputs.bias, p.c);
  result.magnitude = std::fabs(result.want);
  for (std::int64_t ic = 0; ic < g.group_inputs(); ++ic)
    for (std::int64_t kh = 0; kh < g.h.kernel; ++kh)
      for (std::int64_t kw = 0; kw < g.w.kernel; ++kw) {
        const auto ih = g.h.source(p.h, kh), iw = g.w.source(p.w, kw);
        if (ih < 0 || iw < 0 || ih >= g.h.input || iw >= g.w.input) {
          result.touches = true;
          continue;
        }
        const auto channel = p.c / g.group_outputs() * g.group_inputs() + ic;
        const double value = load(e.spec.src_type, e.inputs.src,
                                  p.n * x[0] + channel * x[1] + ih * x[2] + iw * x[3]) *
                             load(e.spec.weights_type, e.inputs.weights,
                                  p.c * w[0] + ic * w[1] + kh * w[2] + kw * w[3]);
        result.want += value;
        result.magnitude += std::fabs(value);
      }
  return result;
}

bool same_special(double got, double want) {
  return std::isnan(want) ? std::isnan(got) : std::isinf(want) && got == want;
}

bool agrees_without_padding(const Evidence& e, const Bound& bound, const Place& p, std::int64_t i,
                            double got) {
  if (e.spec.direction != Direction::forward || e.spec.geometry.padding_mode != PaddingMode::zeros)
    return false;
  const auto other = without_padding(e, p);
  if (!other.touches) return false;
  return same_special(got, other.want) ||
         std::fabs(got - other.want) <= bound.allowed(i, p.c, other.want, other.magnitude);
}

}  // namespace

const char* excuse(const Evidence& e, const Bound& bound, std::int64_t i, double got) {
  const double want = e.reference.want[i], magnitude = e.reference.magnitude[i];
  const Place p = place_of(e.shape(), i);
  if (same_special(got, want)) return "";
  if (std::isnan(want) && e.algorithm.ignores_nan) return "nan_ignored";
  const bool special = !std::isfinite(got);
  // want is within the allowed error and half a step of the largest number of the output type, or
  // beyond: rounding may have made it infinite.
  const double edge = largest(e.type());
  const double slack = bound.allowed(i, p.c, want, magnitude) + edge * unit_roundoff(e.type());
  if (std::isinf(got) && std::isfinite(want) && std::signbit(got) == std::signbit(want) &&
      std::fabs(want) + slack >= edge)
    return "";
  if (special && works_on_tiles(e.algorithm) &&
      (!std::isfinite(want) || !std::isfinite(bound.spread_at(i))))
    return "nonfinite_spread";
  // All factors are finite, but an intermediate sum may have left the accumulator's range and
  // become infinite or NaN.
  const double range = largest(e.spec.accumulator_type);
  const double tile = bound.of_spread / unit_roundoff(e.spec.accumulator_type) * bound.spread_at(i);
  if (special && std::isfinite(magnitude) && std::max(magnitude, tile) > range) return "overflow";
  if (!std::isfinite(want) && agrees_without_padding(e, bound, p, i, got))
    return "padding_is_no_tap";
  return nullptr;
}

}  // namespace convgauge::verify
