// The statistical gate: a kernel that is right on every output may still be systematically sloppy.
#pragma once
#include "verify/compare.hpp"

namespace convgauge {

/// The relative L2 error that the algorithm's class is known to give on the normal fill, as a
/// function of the number of terms; the gate allows twice that.
double expected_relative_l2(const Evidence& evidence);

struct GateResult {
  bool applies = false, passes = true;
  double measured = 0, allowed = 0;
};

/// Applies to the normal fill where everything is finite and enough outputs are independent for a
/// ratio of norms to be steady. The norm divided
/// by is not less than what outputs of that magnitude have without cancellation: outputs that
/// happen to cancel are not held against a kernel.
GateResult statistical_gate(const Evidence& evidence, double relative_l2);

/// In four partial sums, so that it runs at the speed of memory.
double square_sum(const double* values, std::int64_t count);

}  // namespace convgauge
