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

/// Makes CPU measurements that the machine's noise has spoilt (too_loud()) inconclusive.
void judge_noise(std::span<Case> cases);

}  // namespace convgauge::run
