// How far a right output may be from the reference: one linear formula, its coefficients by
// algorithm class.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/layers.hpp"
#include "verify/compare.hpp"

namespace convgauge::verify {

/// allowed = of_magnitude (|b| + |W| * |X|) + of_spread S + of_want |want| + floor[output channel]
struct Bound {
  double of_magnitude = 0, of_spread = 0, of_want = 0;
  std::vector<double> floor;
  std::vector<double> spread;  // S, contiguous NCHW; empty where of_spread is 0

  double spread_at(std::int64_t i) const {
    return spread.empty() ? 0 : spread[static_cast<std::size_t>(i)];
  }
  double allowed(std::int64_t i, std::int64_t channel, double want, double magnitude) const {
    const double tile = spread.empty() ? 0 : of_spread * spread[static_cast<std::size_t>(i)];
    return of_magnitude * magnitude + tile + of_want * (want < 0 ? -want : want) +
           floor[static_cast<std::size_t>(channel)];
  }
};

Bound bound_of(const Evidence& evidence);
/// Bytes that it takes: of tiled algorithms, the folded source and S, as many doubles as outputs.
double bound_bytes(const Spec& spec, const Algorithm& algorithm);
/// Whether bound_of() reads the inputs.
bool bound_depends_on_source(const Algorithm& algorithm, MathMode math);

/// Winograd and fft: an output depends on a whole tile.
bool works_on_tiles(const Algorithm& algorithm);

/// amplification(a). That of the classical points where the declared points are invalid: a mistake
/// of the plugin must not loosen its bound. 1 where that is not finite either.
double amplification_or_one(const Algorithm& a);
/// typical_amplification(a), likewise.
double typical_amplification_or_one(const Algorithm& a);

/// min(gamma_n, (8 sqrt(n) + 4) u): rounding of a sum of n products, relative to the sum of their
/// magnitudes.
double summation_error(std::int64_t n, double u);

/// Relative rounding of one factor of type `stored` before it is multiplied: 0 where the math mode
/// changes nothing.
double factor_rounding(MathMode math, Dtype stored);

}  // namespace convgauge::verify
