// One measurement in several processes: placement and luck with pages vary between processes, not
// within one.
#pragma once
#include "run/measure_group.hpp"

namespace convgauge {

/// [the driver's one thread] measure_group() `order.settings.processes` times: in the processes
/// where the plans are open, then in fresh ones, the budget shared evenly; the samples of each case
/// stand behind one another. A case that fails in one of them has failed.
void measure_in_processes(std::span<Case> cases, Pool& pool, ProblemTensors& tensors,
                          MeasureOrder order);

/// What the machine's noise has reached is no measurement: it becomes inconclusive.
void judge_noise(std::span<Case> cases);

}  // namespace convgauge
