// The coefficients of the error bound, formula by formula, each with its derivation or source.
#include "verify/bounds.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/convert.hpp"
#include "core/layers.hpp"
#include "reference/as_forward.hpp"
#include "verify/cook_toom.hpp"
#include "verify/spread.hpp"

namespace convgauge::verify {
namespace {

double smallest_subnormal(Dtype t) {
  return smallest_normal(t) * 2 * unit_roundoff(t);
}

std::vector<double> loaded(Dtype t, const void* array, std::int64_t count) {
  std::vector<double> values(static_cast<std::size_t>(count));
  load_line(t, array, 0, 1, count, values.data());
  return values;
}

struct Extent {
  double largest = 0;
  bool subnormals = false;
};

/// The largest magnitude in a tensor, and whether it holds subnormal numbers, which flushing sets
/// to zero.
Extent extent_of(Dtype t, const void* array, std::int64_t count) {
  Extent extent;
  const double least = smallest_normal(t);
  for (const double x : loaded(t, array, count)) {
    extent.largest = std::max(extent.largest, std::fabs(x));
    extent.subnormals |= x != 0 && std::fabs(x) < least;
  }
  return extent;
}

/// Underflow in the transforms of fft. A transform of N points rounds far more often than n times:
/// each of the N products per channel (four of reals), and each twiddle factor, loses up to half a
/// step, and every output depends on all of them. What is lost in the transform of the source is
/// multiplied by the transformed weights (by their norm, by Parseval's identity). Sums of subnormal
/// numbers are exact. With random signs and 0.29 steps as the average rounding, eight standard
/// deviations are 8 * 0.29 * sqrt(4 N (C + log2 N)) and 8 * 0.29 * sqrt(4 N) sum_c |w_c|_2. The
/// factor is 12 instead of 4.6, which leaves room for other ways to multiply and to scale.
template <class Step>
double transform_underflow(const Evidence& e, Step step) {
  if (e.algorithm.algorithm_class != AlgorithmClass::fft) return 0;
  const auto& g = e.spec.geometry;
  const double points =
      std::max(2.0, static_cast<double>(e.algorithm.fft_tile[0]) * e.algorithm.fft_tile[1]);
  const auto channels = static_cast<double>(g.group_inputs()),
             taps = static_cast<double>(g.h.kernel * g.w.kernel);
  const double largest =
      extent_of(e.spec.weights_type, e.inputs.weights, elements(g.weights_shape())).largest;
  const double weights = channels * std::sqrt(taps) * largest;
  return 12 * step(e.spec.accumulator_type) * std::sqrt(points) *
         (std::sqrt(channels * taps + std::log2(points)) + weights);
}

/// Underflow: every product, sum and stored result may lose up to half a subnormal step (counted as
/// a whole one). Where the plugin declares flushing, the step is the smallest normal number, and a
/// subnormal factor counts as zero, whatever it is multiplied by.
void add_underflow(const Evidence& e, std::int64_t terms, double amplification, Bound& bound) {
  const Spec& s = e.spec;
  const auto& g = s.geometry;
  const bool flushes = e.algorithm.flushes_subnormals;
  const auto step = [&](Dtype t) { return flushes ? smallest_normal(t) : smallest_subnormal(t); };
  const auto n = static_cast<double>(terms);
  const double common = n * amplification * step(s.accumulator_type) + step(s.dst_type) +
                        transform_underflow(e, step);
  for (auto& floor : bound.floor) floor += common;
  if (!flushes) return;
  const auto src = extent_of(s.src_type, e.inputs.src, elements(g.src_shape()));
  const auto weights = extent_of(s.weights_type, e.inputs.weights, elements(g.weights_shape()));
  // Transformed factors may be subnormal where the given ones are not.
  const bool tiles = works_on_tiles(e.algorithm);
  double more = 0;
  if (weights.subnormals || tiles) more += n * src.largest * step(s.weights_type);
  if (src.subnormals || tiles) more += n * weights.largest * step(s.src_type);
  for (auto& floor : bound.floor) floor += amplification * more;
}

/// Factors that tf32 or reduced math rounds, where they are so small that the rounding is not
/// relative: fl(x) = x (1 + d) + e (Higham, Accuracy and Stability, equation 2.8). Those types have
/// the exponents of f32; the narrowest, bf16 (also as one of three pieces of a factor), has
/// subnormal steps of 2 u_bf16 times the smallest normal number, and |e| is at most half of one. A
/// sum is off by at most sum (|e_x| (1 + u_w) |w| + |e_w| (1 + u_x) |x| + |e_x e_w|); |w| is summed
/// for each output channel, |x| is its largest. |e| is 0 where every factor is zero or at least 4
/// times the smallest normal number: the relative term covers it there.
void add_factor_underflow(const Evidence& e, std::int64_t terms, double amplification,
                          Bound& bound) {
  const Spec& s = e.spec;
  const auto& g = s.geometry;
  const auto lost = [&](Dtype t, const std::vector<double>& values) {
    if (factor_rounding(s.math, t) == 0 || largest_exponent(t) != largest_exponent(Dtype::bf16))
      return 0.0;
    const double least = smallest_normal(t);
    const bool any = std::any_of(values.begin(), values.end(),
                                 [&](double x) { return x != 0 && std::fabs(x) < 4 * least; });
    return any ? unit_roundoff(Dtype::bf16) * least : 0.0;
  };
  if (s.math == MathMode::strict) return;
  const auto src = loaded(s.src_type, e.inputs.src, elements(g.src_shape())),
             weights = loaded(s.weights_type, e.inputs.weights, elements(g.weights_shape()));
  const double of_src = lost(s.src_type, src), of_weights = lost(s.weights_type, weights);
  if (of_src == 0 && of_weights == 0) return;
  double largest_src = 0;
  for (const double x : src)
    if (std::isfinite(x)) largest_src = std::max(largest_src, std::fabs(x));
  const auto n = static_cast<double>(terms);
  const double ux = factor_rounding(s.math, s.src_type),
               uw = factor_rounding(s.math, s.weights_type);
  const auto taps = static_cast<std::size_t>(g.terms());
  for (std::size_t o = 0; o < bound.floor.size(); ++o) {
    double sum = 0;
    for (std::size_t t = 0; t < taps; ++t) sum += std::fabs(weights[o * taps + t]);
    bound.floor[o] +=
        amplification * (of_src * (1 + uw) * sum + of_weights * (1 + ux) * n * largest_src +
                         of_src * of_weights * n);
  }
}

/// The magnitude includes |bias|, but the bias is not a factor that a narrower multiplication
/// rounds: its share is subtracted again.
void exempt_bias(const Evidence& e, double coefficient, Bound& bound) {
  if (coefficient == 0 || !e.spec.geometry.bias) return;
  const auto bias = loaded(e.spec.dst_type, e.inputs.bias, e.spec.geometry.out_channels);
  for (std::size_t o = 0; o < bias.size(); ++o)
    if (std::isfinite(bias[o])) bound.floor[o] -= coefficient * std::fabs(bias[o]);
}

/// (2 + sqrt(C) / 4) amp u S, and at most 2 u of the magnitude for the bias and adding it.
void winograd(const Evidence& e, double u, double products, double& amplified, Bound& bound) {
  amplified = amplification_or_one(e.algorithm);
  Spread spread = winograd_spread(e);
  bound.of_spread = amplified * ((2 + std::sqrt(spread.channels) / 4) * u + products);
  bound.of_magnitude += 2 * u;
  bound.spread = std::move(spread.values);
}

/// S = sum over c of |x_c,tile|_2 |w_c|_2. A transform of N points in floating point has the
/// relative error log2(N) eta, eta = u + gamma_4 (sqrt(2) + u) < 6.7 u (Higham, Accuracy and
/// Stability, Theorem 24.2; complex butterflies, twiddle factors accurate to u). There are three
/// transforms: of x, of w, and the inverse. By Cauchy's inequality and Parseval's identity, each of
/// them moves an output by at most eta log2(N) S:
///   x, w:     (1/N) sum |dX| |W| <= (1/N) |dX|_2 |W|_2 = eta log2(N) |x|_2 |w|_2, and the same for
///             dW;
///   inverse:  every coefficient passes log2(N) butterflies, so |dy| <= eta log2(N) (1/N) sum |X|
///             |W| <= eta log2(N) S.
/// Hence the factor 3 * 6.7, rounded up to 21 for terms of second order. The products (gamma_2
/// sqrt(2) < 3 u) and their sum over the channels are added to it. As in direct sums, roundings are
/// not all of one sign: the error of a transform is about 0.6 u sqrt(log2 N) (Gentleman and Sande
/// 1966; Schatzman 1996), of three transforms 1.04, and eight standard deviations are 8.4; 12
/// leaves room for other radices. The smaller of the two bounds is used.
void fft(const Evidence& e, double u, double products, Bound& bound) {
  Spread spread = fft_spread(e);
  const double stages = std::max(
      1.0, std::log2(static_cast<double>(e.algorithm.fft_tile[0]) * e.algorithm.fft_tile[1]));
  const auto channels = static_cast<std::int64_t>(spread.channels);
  bound.of_spread = (std::min(21 * stages, 12 * std::sqrt(stages) + 4) + 3) * u +
                    summation_error(channels, u) + products;
  bound.of_magnitude += 2 * u;
  bound.spread = std::move(spread.values);
}

/// A narrow output type rounds once more. It rounds what was computed, not want, so the other
/// coefficients grow by the factor 1 + u.
void round_output(Dtype stored, Dtype accumulator, Bound& bound) {
  if (precision(stored) >= precision(accumulator)) return;
  const double u = unit_roundoff(stored);
  bound.of_magnitude *= 1 + u;
  bound.of_spread *= 1 + u;
  for (auto& floor : bound.floor) floor *= 1 + u;
  bound.of_want = u;
}

}  // namespace

bool works_on_tiles(const Algorithm& a) {
  return a.algorithm_class == AlgorithmClass::winograd || a.algorithm_class == AlgorithmClass::fft;
}

static double or_one(Expected<double> (*amplified)(const Algorithm&), const Algorithm& a) {
  auto classical = a;
  classical.points_known = false;
  const double value = amplified(a).value_or(amplified(classical).value());
  return std::isfinite(value) ? value : 1;
}

double amplification_or_one(const Algorithm& a) {
  return or_one(amplification, a);
}

double typical_amplification_or_one(const Algorithm& a) {
  return or_one(typical_amplification, a);
}

double summation_error(std::int64_t n, double u) {
  const auto terms = static_cast<double>(n);
  const double likely = (8 * std::sqrt(terms) + 4) * u;
  return terms * u < 1 ? std::min(terms * u / (1 - terms * u), likely) : likely;
}

double factor_rounding(MathMode math, Dtype stored) {
  // tf32 keeps 10 explicit bits; tensor cores fed with f32 drop the others, so the unit is that of
  // truncation.
  if (math == MathMode::tf32 && precision(stored) > 11) return 0x1p-10;
  // reduced: bf16 is the narrowest type there is, and is rounded to nearest.
  if (math == MathMode::reduced && precision(stored) > 8) return unit_roundoff(Dtype::bf16);
  return 0;
}

namespace {

/// The bound of a forward convolution in which `terms` numbers are summed.
Bound forward_bound(const Evidence& e, std::int64_t terms) {
  const Spec& s = e.spec;
  const double u = unit_roundoff(s.accumulator_type);
  const double ux = factor_rounding(s.math, s.src_type),
               uw = factor_rounding(s.math, s.weights_type);
  const double products = ux + uw + ux * uw;
  Bound bound;
  bound.floor.assign(static_cast<std::size_t>(s.geometry.out_channels), 0);
  // The reference rounds too, in double, which matters where the accumulator is as wide.
  bound.of_magnitude = summation_error(terms, unit_roundoff(Dtype::f64));
  double amplified = 1;
  if (e.algorithm.algorithm_class == AlgorithmClass::winograd)
    winograd(e, u, products, amplified, bound);
  else if (e.algorithm.algorithm_class == AlgorithmClass::fft)
    fft(e, u, products, bound);
  else {
    bound.of_magnitude += summation_error(terms, u) + products;
    exempt_bias(e, products, bound);
  }
  add_underflow(e, terms, amplified, bound);
  add_factor_underflow(e, terms, amplified, bound);
  round_output(s.dst_type, s.accumulator_type, bound);
  return bound;
}

/// The bound of diff_bias: a sum without products.
Bound bias_bound(const Evidence& e) {
  const Spec& s = e.spec;
  const auto terms = s.terms() + 1;
  const auto step = e.algorithm.flushes_subnormals ? smallest_normal : smallest_subnormal;
  Bound bound;
  bound.of_magnitude = summation_error(terms, unit_roundoff(Dtype::f64)) +
                       summation_error(terms, unit_roundoff(s.accumulator_type));
  const double lost = static_cast<double>(terms) * step(s.accumulator_type) + step(e.type());
  bound.floor.assign(static_cast<std::size_t>(e.shape()[1]), lost);
  round_output(e.type(), s.accumulator_type, bound);
  return bound;
}

/// The bound of the forward convolution that computes the gradient (reference/as_forward.hpp),
/// rearranged in the order of the gradient. Its floor is the same for all channels, since it has no
/// bias.
Bound backward_bound(const Evidence& e) {
  const auto channels = static_cast<std::size_t>(e.shape()[1]);
  if (e.spec.geometry.batch == 0) return {0, 0, 0, std::vector<double>(channels, 0.0), {}};
  const auto like = [&](const Spec& forward, const Inputs& inputs) {
    return forward_bound({forward, e.algorithm, e.fill, inputs, {}, nullptr}, e.spec.terms() + 1);
  };
  if (!bound_depends_on_source(e.algorithm, e.spec.math)) {
    auto bound = like(forward_of(e.spec), {});
    bound.floor.assign(channels, bound.floor.front());
    return bound;
  }
  const AsForward forward(e.spec, e.inputs);
  auto bound = like(forward.spec(), forward.inputs());
  bound.floor.assign(channels, *std::max_element(bound.floor.begin(), bound.floor.end()));
  if (bound.spread.empty()) return bound;
  std::vector<double> gathered(static_cast<std::size_t>(elements(e.shape())));
  forward.gather(bound.spread.data(), gathered.data());
  bound.spread = std::move(gathered);
  return bound;
}

}  // namespace

double bound_bytes(const Spec& spec, const Algorithm& algorithm) {
  if (!works_on_tiles(algorithm) || spec.geometry.batch == 0) return 0;
  const auto geometry =
      spec.direction == Direction::forward ? spec.geometry : forward_of(spec).geometry;
  const auto shape = geometry.dst_shape();
  return sizeof(double) * static_cast<double>(shape[0] * shape[2] * shape[3]) *
         static_cast<double>(geometry.in_channels + geometry.out_channels);
}

bool bound_depends_on_source(const Algorithm& algorithm, MathMode math) {
  return works_on_tiles(algorithm) || algorithm.flushes_subnormals || math != MathMode::strict;
}

Bound bound_of(const Evidence& e) {
  if (e.role == TensorRole::diff_bias) return bias_bound(e);
  return e.spec.direction == Direction::forward ? forward_bound(e, e.spec.terms() + 1)
                                                : backward_bound(e);
}

}  // namespace convgauge::verify
