// Which kernels can compute a problem on a device, their names, and which one is the default.
#pragma once
#include <string>
#include <vector>

#include "program.hpp"

namespace convgauge::backends::vulkan {

/// Every candidate that build() accepts, in the order of their estimated times; the first is the
/// default. Throws cvg::Refused, with the numbers, where there is none.
std::vector<Candidate> candidates(const Shape& shape, const Limits& limits);

/// "vulkan.igemm_128x64", "vulkan.wino_f4x4_3x3".
std::string name_of(const Candidate& candidate);
cvg_algorithm describe(const Candidate& candidate);

/// Estimated nanoseconds of an execution on an H200 with as many multiprocessors as the limits say:
/// only ratios count, and only where nothing was tuned. README.md of this folder derives the
/// numbers.
double estimated_ns(const Candidate& candidate, const Shape& shape, const Limits& limits);

}  // namespace convgauge::backends::vulkan
