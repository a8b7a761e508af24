// One measurement in several processes: the placement of memory differs between processes, but not
// within one.
#pragma once
#include "core/layers.hpp"
#include "run/measure_group.hpp"

namespace convgauge::run {

/// [the driver's one thread] Calls measure_group() `order.settings.processes` times: first in the
/// processes in which the plans are open, then in fresh ones, with the budget shared evenly. The
/// samples of all processes are appended. A case that fails in one of them has failed.
void measure_in_processes(std::span<Case> cases, Pool& pool, ProblemTensors& tensors,
                          MeasureOrder order);

/// Makes measurements inconclusive whose times cannot be true (measure/doubt.hpp), and, on a CPU,
/// those that the machine's noise has spoilt (too_loud()). Where a time is below what the machine's
/// peaks allow, the peaks are measured again before it is doubted.
void judge_times(std::span<Case> cases, const Machine& machine);

}  // namespace convgauge::run
