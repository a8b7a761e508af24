// What a case takes of memory in each step, held against what there is. Asked before anything is
// allocated, because when memory runs out the system kills the driver or its worker.
//
// All sizes are doubles, because they may exceed 2^63, and do not count what a process takes by
// itself, since that is in use already when they are asked for.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/suite.hpp"
#include "core/layers.hpp"
#include "core/system_memory.hpp"
#include "worker/wire_parts.hpp"

namespace convgauge::run {

/// Bytes of all tensors that the direction reads or writes.
double tensor_bytes(const Spec& spec);

/// Shared memory for measuring: weights and bias, and the sources, over which the outputs lie.
double exchanged_bytes(const Spec& spec);

/// Bytes of one fill's tensors in the driver: the inputs, with expected sums and magnitudes in
/// double or, `projected`, without the source and with a projection.
double sheet_bytes(const Spec& spec, bool projected);

/// Bytes that verifying takes, without what the plan announces.
/// With a full reference: 2 x fills x (one fill's tensors; each with a changed source too)
/// + 3 x (all tensors; shared memory for three slots of two plans) + outputs (a copy to compare the
/// repeated run with) and, for a gradient, what reference/as_forward.hpp rearranges.
/// `projected`: one fill's tensors + what making them takes + all tensors.
double verify_bytes(const Spec& spec, const VerifySettings& settings, bool projected);

/// Host memory that a plan announces for `slots` slots beside the tensors: buffers of its own form,
/// once or for each slot, and what alignments may add.
double announced_bytes(const std::vector<Requirement>& requirements, int slots);

/// A worker's private memory while it measures: for each slot its own copy of all tensors, and what
/// the plan announces.
double measured_bytes(const Spec& spec, const std::vector<Requirement>& requirements, int slots);

/// Why `subject` ("verifying it") does not fit, with both numbers; empty where it fits into `room`.
/// `announced`: how much of `needed` the plan announces.
std::optional<std::string> beyond_memory(std::string_view subject, double needed, double announced,
                                         const MemoryRoom& room);
/// The same with the room that there is now. Needs below 16 MiB fit without a look at it: a case so
/// small takes less time than that look.
std::optional<std::string> beyond_memory(std::string_view subject, double needed,
                                         double announced = 0);

}  // namespace convgauge::run
