// The rounds of one problem under one settings: every competitor measures the same thing in the
// same round, in an order that mirrors, while all the others are stopped.
#pragma once
#include <span>

#include "config/suite.hpp"
#include "measure/measurement.hpp"
#include "run/case.hpp"
#include "run/pool.hpp"
#include "run/problem_tensors.hpp"

namespace convgauge {

/// How a group is measured.
struct MeasureOrder {
  MeasureSettings settings;
  std::uint64_t seed = 1;
  bool cold = false;
  MeasureMode mode = MeasureMode::throughput;
  std::int64_t last_level_cache_bytes = 0;  // for cold: all of it that the threads reach
  double clock_read_ns = 0;                 // 0: not known
};

/// [the driver's one thread] In one process per competitor, those where the plans are open; cases
/// that are not open are passed over. Fills each case's measurement and what its device tells
/// (add_process), and checks its outputs afterwards: those of the timed executions, and one more
/// with changed inputs and a poisoned output. What is wrong then, or a worker that ends, becomes
/// the case's verdict.
void measure_group(std::span<Case> cases, Pool& pool, ProblemTensors& tensors,
                   const MeasureOrder& order);

}  // namespace convgauge
