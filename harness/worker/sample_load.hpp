// What this process and others did with the cores: read before and after a sample.
#pragma once

namespace convgauge {

/// Sums since boot or since the process began, in nanoseconds. What the system does not tell stays
/// 0.
struct LoadReading {
  double waited_ns =
      0;  // all threads of this process: ready, but not running (sched_info: no tick, no rounding)
  double own_ns = 0;    // CPU time of this process
  double busy_ns = 0;   // of the cores this process may use, by whomever; in ticks
  double steal_ns = 0;  // of those cores; in ticks
};
LoadReading read_load();

/// CPU time that others had on our cores between two readings, and what was stolen or waited for;
/// none below 0.
LoadReading load_between(const LoadReading& before, const LoadReading& after);

}  // namespace convgauge
