#include "verify/gate.hpp"

#include <algorithm>
#include <cmath>

#include "core/convert.hpp"
#include "core/layers.hpp"
#include "verify/bounds.hpp"

namespace convgauge::verify {
namespace {

/// The relative error, in units of u, of n random terms added one after the other: partial sums
/// grow as sqrt(k), each is rounded by about 0.42 u of itself, so the result is off by 0.42 u
/// sqrt(n / 2) of its own size. n = 4608: 1.2e-6 in f32, as measured. The 0.6 is for the product
/// and the store.
double sequential(double n) {
  return 0.3 * std::sqrt(n) + 0.6;
}

/// How many products a transformed point sums: channels, or, for the gradient of the weights,
/// images.
std::int64_t summed_channels(const Spec& s) {
  if (s.direction == Direction::forward) return s.geometry.group_inputs();
  return s.direction == Direction::backward_data ? s.geometry.group_outputs() : s.geometry.batch;
}

/// The relative L2 error that the class is known to give, in units of u. Winograd: the sum over the
/// channels, sequential, and 1.5 for the transforms, times typical_amplification(). Measured in f32
/// for 28 sets of points (2 to 16 of them, r = 2 to 7, classical, better and worse ones), C = 1 to
/// 256: 0.3 to 1.1 of it, where amplifications are 1.7 to 1e6. FFT: 3e-7 at C = 512.
double class_error(const Evidence& e) {
  const auto channels = static_cast<double>(summed_channels(e.spec));
  const double direct = sequential(static_cast<double>(e.spec.terms() + 1));
  const auto& a = e.algorithm;
  if (e.role == TensorRole::diff_bias) return direct;
  if (a.algorithm_class == AlgorithmClass::winograd)
    return std::max(direct, typical_amplification_or_one(a) * (sequential(channels) + 1.5));
  if (a.algorithm_class == AlgorithmClass::fft) {
    const double stages =
        std::log2(std::max(2.0, static_cast<double>(a.fft_tile[0]) * a.fft_tile[1]));
    return sequential(channels) + std::sqrt(stages);
  }
  return direct;
}

/// The number of outputs that are not copies of one another: where padding is large, at most one
/// for each input position.
std::int64_t independent_outputs(const Evidence& e) {
  const auto& g = e.spec.geometry;
  if (e.spec.direction == Direction::backward_weights) return elements(e.shape());
  if (e.spec.direction == Direction::backward_data)
    return g.batch * g.in_channels * std::min(g.h.output(), g.h.input) *
           std::min(g.w.output(), g.w.input);
  return g.batch * g.out_channels * std::min(g.h.output(), g.h.input) *
         std::min(g.w.output(), g.w.input);
}

}  // namespace

double expected_relative_l2(const Evidence& e) {
  const Spec& s = e.spec;
  double expected = class_error(e) * unit_roundoff(s.accumulator_type);
  // One rounding to nearest is 0.42 u on average. A truncated factor (tf32) loses 0.72 of its unit,
  // and source and weights lose alike.
  if (precision(e.type()) < precision(s.accumulator_type))
    expected += 0.5 * unit_roundoff(e.type());
  const double scale = e.algorithm.algorithm_class == AlgorithmClass::winograd
                           ? std::max(1.0, typical_amplification_or_one(e.algorithm))
                           : 1;
  expected +=
      0.75 * scale *
      std::max(factor_rounding(s.math, s.src_type), factor_rounding(s.math, s.weights_type));
  return expected;
}

double square_sum(const double* values, std::int64_t count) {
  double sum[4] = {0, 0, 0, 0};
  for (std::int64_t i = 0; i + 4 <= count; i += 4)
    for (std::int64_t j = 0; j < 4; ++j) sum[j] += values[i + j] * values[i + j];
  for (auto i = count / 4 * 4; i < count; ++i) sum[0] += values[i] * values[i];
  return sum[0] + sum[1] + sum[2] + sum[3];
}

GateResult statistical_gate(const Evidence& e, double relative_l2) {
  constexpr std::int64_t kEnough = 256;
  constexpr double kHalfPi = 1.5707963267948966;  // |w x| of two normals is 2/pi on average
  GateResult result;
  result.applies = e.fill == Fill::normal && independent_outputs(e) >= kEnough &&
                   !e.algorithm.flushes_subnormals;
  if (!result.applies) return result;
  const auto outputs = elements(e.shape());
  const double want = square_sum(e.reference.want, outputs),
               magnitude = square_sum(e.reference.magnitude, outputs);
  // Where magnitude is zero, every window lies in the padding: there is no relative error.
  if (magnitude == 0 || !std::isfinite(want) || !std::isfinite(magnitude)) return {};
  const double typical = kHalfPi * std::sqrt(magnitude / static_cast<double>(e.spec.terms() + 1));
  result.measured = relative_l2 * std::sqrt(want) / std::max(std::sqrt(want), typical);
  result.allowed = 2 * expected_relative_l2(e);
  result.passes = result.measured <= result.allowed;
  return result;
}

}  // namespace convgauge::verify
