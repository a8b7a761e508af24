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
#include "worker/descriptor.hpp"

namespace convgauge {

/// What was counted outside the kernel. Misses of the last-level cache are optional: not every
/// processor tells them.
struct CounterTotals {
  double instructions = 0, cycles = 0;
  std::optional<double> cache_misses;
};

/// What read(2) gives of one event (PERF_FORMAT_TOTAL_TIME_ENABLED, _RUNNING): the count, how long
/// it was wanted and how long a counter of the processor was free for it. More events than counters
/// share them: the count is scaled by enabled / running. Empty where it never ran.
std::optional<double> scaled_count(std::span<const std::uint64_t, 3> value_enabled_running);

/// perf_event_open(2) on every thread there is, inherited by those that these make. [main]
class Counters {
 public:
  /// Errors say what the kernel answered, and what its perf_event_paranoid is.
  static Expected<Counters> open();
  void start();
  /// Ends the counting. Errors: an event that never got a counter.
  Expected<CounterTotals> stop();

 private:
  static constexpr std::size_t kEvents = 3;  // instructions, cycles, cache misses
  std::array<std::vector<Descriptor>, kEvents> events_;
};

}  // namespace convgauge
