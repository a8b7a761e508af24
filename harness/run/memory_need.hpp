// Whether a case fits into this machine's memory at all. Asked before anything is allocated,
// because when memory runs out the system kills the driver or its worker.
#pragma once
#include <optional>
#include <string>

#include "config/suite.hpp"
#include "core/layers.hpp"

namespace convgauge::run {

/// Bytes that verifying takes: (fills + 1) x (inputs + 16 x output elements) + 6 x (all tensors) +
/// outputs. That is: for each fill and for the changed source, the inputs with expected sums and
/// magnitudes in double; the tensors of three slots (of two plans) in shared memory, with as much
/// again for scratch; a copy of the result to compare the repeated run with. For a gradient also
/// what reference/as_forward.hpp rearranges. A double, because it may exceed 2^63.
double verify_bytes(const Spec& spec, const VerifySettings& settings);

/// Bytes that verifying by projection takes: inputs + 2 x (all tensors) + the projection's sums.
/// That is: one set of inputs, the tensors in shared memory with as much again for scratch, and the
/// sums.
double projected_bytes(const Spec& spec);

/// Why a case does not fit, with both numbers; empty where it fits into `available_bytes` (0: not
/// known, so it fits).
std::optional<std::string> beyond_memory(double needed_bytes, double available_bytes);

/// MemAvailable of /proc/meminfo; 0 where it cannot be read.
double available_bytes();

}  // namespace convgauge::run
