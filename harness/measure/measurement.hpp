// The result of measuring one case: exactly one of Measured, Skipped and Inconclusive.
#pragma once
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/layers.hpp"
#include "core/outcome.hpp"

namespace convgauge::measure {

/// What else the machine did while a sample was taken.
struct SampleLoad {
  /// Time in which threads of the worker were ready but did not run, as a share of the sample.
  double waited_share = 0;
  /// CPU time of others on the worker's cores, in steps of the system's tick (mostly 10 ms).
  double others_ns = 0;
  double steal_ns = 0;      // time in which the hypervisor ran something else, in the same steps
  double load_average = 0;  // of one minute
  bool operator==(const SampleLoad&) const = default;
};

/// What the hardware counters of the processor counted during each sample, per execution, over all
/// threads of the worker, outside the kernel. Empty lists: not asked for, or not available.
struct HardwareCounts {
  std::vector<double> instructions, cycles, cache_misses;
  std::string refused;  // why there are none where they were asked for
  bool operator==(const HardwareCounts&) const = default;
};

struct Measured {
  std::vector<double> samples_ns;  // per execution, in the order taken
  std::int64_t executions_per_sample = 1;
  std::vector<double> device_ns;  // per execution, by the device's clock; empty if it has none
  bool budget_cut = false;        // fewer rounds than asked for: the time budget ended
  std::string note;               // what to know about these samples; mostly empty
  std::vector<SampleLoad> loads;  // one for each sample; empty where it was not recorded
  std::int64_t discarded = 0;     // samples that were taken again because the machine was not quiet
  /// How many samples each process took, in their order; empty where there was one process.
  std::vector<std::int64_t> samples_per_process;
  int slots = 1;                // that executions took in turn: 1 is warm
  std::int64_t slot_bytes = 0;  // of all slots together
  HardwareCounts counts{};
  double bind_ns = 0, prepare_ns = 0, upload_ns = 0, fetch_ns = 0, first_execution_ns = 0,
         plan_ns = 0;
  std::string doubt{};  // why the times cannot be true; mostly empty
  bool operator==(const Measured&) const = default;
};

struct Skipped {
  SkipReason reason = SkipReason::not_asked_for;
  std::string why{};  // details: "one execution takes 12 s"; mostly empty
  bool operator==(const Skipped&) const = default;
};

struct Inconclusive {
  std::string why;
  Measured evidence{};  // what was measured nevertheless: shown, but never ranked
  bool operator==(const Inconclusive&) const = default;
};

/// "not verified: differs", "over budget: one execution takes 12 s"
std::string sentence(const Skipped& skipped);

using Measurement = std::variant<Measured, Skipped, Inconclusive>;
static_assert(Words<MeasurementKind>::words.size() == std::variant_size_v<Measurement>);

/// The samples of both that come from the same rounds of the same process of one run, in order.
struct CommonRounds {
  std::vector<double> a, b;
};
CommonRounds common_rounds(const Measured& a, const Measured& b);
/// The same, for each process apart; none is empty.
std::vector<CommonRounds> rounds_by_process(const Measured& a, const Measured& b);

/// How far two measurements of the same code lie apart, as a share: of each process alone, the
/// median of b's time over a's, round by round; the one that is farthest from 1 counts. 0.006:
/// 0.6%. 0 without common rounds.
double largest_difference(const Measured& a, const Measured& b);

/// "measured", "skipped", "inconclusive".
inline std::string_view kind(const Measurement& measurement) {
  return word(static_cast<MeasurementKind>(measurement.index()));
}

}  // namespace convgauge::measure
