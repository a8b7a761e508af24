// The rounds of one problem under one settings: every competitor measures the same thing in the
// same round, in an order that mirrors, while all the others are stopped.
#pragma once
#include <vector>

#include "config/suite.hpp"
#include "measure/measurement.hpp"
#include "run/material.hpp"
#include "run/pool.hpp"
#include "run/verify_case.hpp"

namespace convgauge {

/// One case that agreed, its plan open in the worker of its competitor.
struct Entrant {
  const Competitor* competitor = nullptr;
  PlanSettings settings;  // that the plan was opened with
  PlanOpened plan;
  Measurement measurement = Skipped{SkipReason::not_asked_for};
  pid_t process = -1;         // of the worker where the plan is open
  Details details;            // after the timed executions; the device's state then
  std::string device_before;  // and before them
  std::optional<Verdict>
      verdict;  // set where the outputs after timing were wrong, or the worker ended
};

/// How a group is measured.
struct MeasureOrder {
  MeasureSettings settings;
  int threads = 1;
  std::uint64_t seed = 1;
  bool cold = false;
  MeasureMode mode = MeasureMode::throughput;
  std::int64_t last_level_cache_bytes = 0;  // for cold: all of it that the threads reach
  double clock_read_ns = 0;                 // 0: not known
};

/// The same plan in the worker that the pool has now; sets the entrant's verdict where that fails.
void reopen(Entrant& entrant, Pool& pool, const Spec& spec, int threads);

/// [the driver's one thread] In one process per competitor, those where the plans are open. Fills
/// each entrant's measurement, and checks its outputs afterwards: those of the timed executions,
/// and one more with changed inputs and a poisoned output.
void measure_group(std::vector<Entrant>& entrants, Pool& pool, Material& material,
                   const MeasureOrder& order);

}  // namespace convgauge
