// Whether a case fits into this machine's memory at all: asked before anything is allocated, for
// the system's own answer to too much is to kill the driver or its worker.
#pragma once
#include <optional>
#include <string>

#include "config/suite.hpp"

namespace convgauge {

/// (fills + 1) (inputs + 16 outputs) + 6 (tensors) + destination, in bytes: a set of inputs,
/// expected sums and magnitudes in double for each fill and for the changed source; the tensors of
/// three slots (of two plans) in shared memory, with as much again for scratch; a copy of the
/// result to hold the repeated run against; of a gradient what reference/as_forward.hpp rearranges.
/// A double, for it may pass 2^63.
double verify_bytes(const Spec& spec, const VerifySettings& settings);

/// inputs + 4 (tensors) + 2 (parts): one set of inputs, tensors in shared memory with as much again
/// for scratch, and the projection's sums.
double projected_bytes(const Spec& spec);

/// Why not, with both numbers; empty where it fits into `available` bytes (0: unknown, so it fits).
std::optional<std::string> beyond_memory(double needed_bytes, double available_bytes);

/// MemAvailable of /proc/meminfo; 0 where it cannot be read.
double available_bytes();

}  // namespace convgauge
