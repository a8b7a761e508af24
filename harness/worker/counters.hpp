// Hardware counters around a sample: instructions, cycles and cache misses of every thread of this
// process.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/expected.hpp"
#include "core/layers.hpp"
#include "worker/descriptor.hpp"

namespace convgauge::worker {

/// What was counted outside the kernel. Misses of the last-level cache are optional: not every
/// processor counts them.
struct CounterTotals {
  double instructions = 0, cycles = 0;
  std::optional<double> cache_misses;
};

/// The count of one event from what read(2) gives (PERF_FORMAT_TOTAL_TIME_ENABLED, _RUNNING): the
/// count, how long it was enabled, and how long it had a counter of the processor. Where there are
/// more events than counters, they share them, so the count is scaled by enabled / running. Empty
/// where it never ran.
std::optional<double> scaled_count(std::span<const std::uint64_t, 3> value_enabled_running);

/// Uses perf_event_open(2) on every existing thread; threads that these create are counted too.
/// [main]
class Counters {
 public:
  /// Errors: what the kernel answered, and the value of its perf_event_paranoid.
  static Expected<Counters> open();
  void start();
  /// Stops counting. Errors: an event that never got a counter.
  Expected<CounterTotals> stop();

 private:
  static constexpr std::size_t kEvents = 3;  // instructions, cycles, cache misses
  std::array<std::vector<Descriptor>, kEvents> events_;
};

}  // namespace convgauge::worker
