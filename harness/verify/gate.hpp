// The statistical gate: a kernel whose outputs are all within their bounds may still be
// systematically inaccurate.
#pragma once
#include "core/layers.hpp"
#include "verify/compare.hpp"

namespace convgauge::verify {

/// The relative L2 error that the algorithm's class is known to give on the normal fill, as a
/// function of the number of terms; the gate allows twice that.
double expected_relative_l2(const Evidence& evidence);

struct GateResult {
  bool applies = false, passes = true;
  double measured = 0, allowed = 0;
};

/// Applies to the normal fill where everything is finite and enough outputs are independent for a
/// ratio of norms to be steady. The error is divided by the norm of want, but at least by the norm
/// that outputs of that magnitude have without cancellation: a kernel is not blamed for outputs
/// that happen to cancel.
GateResult statistical_gate(const Evidence& evidence, double relative_l2);

/// The sum of squares, in four partial sums so that it runs at the speed of memory.
double square_sum(const double* values, std::int64_t count);

}  // namespace convgauge::verify
