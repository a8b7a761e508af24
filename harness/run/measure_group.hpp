// The rounds of one problem under one combination of settings: every competitor is measured in each
// round, in mirrored order, while all the others are stopped.
#pragma once
#include <span>

#include "config/suite.hpp"
#include "core/layers.hpp"
#include "measure/measurement.hpp"
#include "run/case.hpp"
#include "run/pool.hpp"
#include "run/problem_tensors.hpp"

namespace convgauge::run {

/// How a group is measured.
struct MeasureOrder {
  MeasureSettings settings;
  std::uint64_t seed = 1;
  bool cold = false;
  MeasureMode mode = MeasureMode::throughput;
  std::int64_t last_level_cache_bytes = 0;  // for cold: total that the threads reach
  double clock_read_ns = 0;                 // 0: not known
};

/// [the driver's one thread] Measures in one process per competitor, the one in which its plan is
/// open; skips cases that are not open. Fills each case's measurement and what its device reports
/// (add_process()). Afterwards checks the outputs: those of the timed executions, and of one more
/// execution with changed inputs and a poisoned output. A wrong output, or a worker that ends,
/// becomes the case's verdict.
void measure_group(std::span<Case> cases, Pool& pool, ProblemTensors& tensors,
                   const MeasureOrder& order);

}  // namespace convgauge::run
