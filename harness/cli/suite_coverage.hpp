// `convgauge list suites NAME`: what the problems of a suite have in common with what kernels
// specialise on.
#pragma once
#include "config/suite.hpp"

namespace convgauge::cli {

/// Prints to standard output, for each axis of verify/axes_of_coverage.inc and each pair of axes,
/// which of its classes the problems meet.
void print_coverage(const Suite& suite);

}  // namespace convgauge::cli
