// How this process and others used the cores: read before and after a sample.
#pragma once

#include <vector>

#include "core/layers.hpp"

namespace convgauge::worker {

/// Sums in nanoseconds, since boot or since the process began. What the system does not report
/// stays 0.
struct LoadReading {
  /// How long threads of this process were ready, but not running (sched_info: no tick, no
  /// rounding).
  double waited_ns = 0;
  /// How long each control group with a CPU quota was kept from running (Throttling).
  std::vector<double> throttled_ns{};
  double clock_ns = 0;  // steady, since some moment
  double own_ns = 0;    // CPU time of this process
  double busy_ns = 0;   // CPU time on the cores this process may use, by anyone; in ticks
  double steal_ns = 0;  // time the hypervisor took from those cores; in ticks
};
LoadReading read_load();

/// The differences between two readings, none below 0. waited_ns: of the threads, or of the group
/// that was throttled longest where that is more (Linux 6.18 does not count such waiting as the
/// threads'), but no longer than the time between the readings, since the system tells of a group's
/// throttling when it ends. busy_ns is less by own_ns: the CPU time that
/// others had on our cores.
LoadReading load_between(const LoadReading& before, const LoadReading& after);

}  // namespace convgauge::worker
