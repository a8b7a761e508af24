#include "report/trust.hpp"

#include <algorithm>

#include "core/layers.hpp"
#include "measure/quiet.hpp"

namespace convgauge::report {
namespace {

/// Shares from which a reader is warned, and from which the figures say little. 5% is the slowdown
/// that a gate looks for; beyond 20% most differences between good libraries are within the noise.
struct Limits {
  double caution, poor;
};
constexpr Limits kNoiseFloor{0.05, 0.2}, kDisturbed{0.05, 0.25}, kLoad{0.5, 2},
    kInconclusive{0, 0.25};
constexpr double kLostShare = 0.05;  // of a sample, as in measure::too_loud()

/// What the samples of a group say of the machine and the cases.
struct Evidence {
  int failures = 0, inconclusive = 0, timed = 0;
  std::size_t samples = 0, disturbed = 0;
  bool one_process = false;
  std::vector<int> reordering;  // columns
};

/// Whether a part of the algorithm's name (onednn.reorder.jit:avx2) says that it moves the tensors
/// to a layout of the library's own and back (kRoutes in backends/onednn/candidates.cpp).
bool has_reorders(const CaseRecord& record) {
  return record.algorithm &&
         ("." + record.algorithm->name + ".").find(".reorder.") != std::string::npos;
}

void add(Evidence& seen, const Cell& cell, int column) {
  const auto& record = *cell.record;
  seen.failures += row_of(record).is_defect;
  const auto outcome = classify(record);
  seen.inconclusive += outcome == Outcome::noisy || outcome == Outcome::denied ||
                       outcome == Outcome::unjudged || outcome == Outcome::implausible;
  const auto* m = ranked(record);
  if (!m) return;
  ++seen.timed;
  seen.one_process = seen.one_process || m->samples_per_process.size() < 2;
  if (has_reorders(record) &&
      std::find(seen.reordering.begin(), seen.reordering.end(), column) == seen.reordering.end())
    seen.reordering.push_back(column);
  const auto count = std::min(m->loads.size(), m->samples_ns.size());
  seen.samples += count;
  for (std::size_t i = 0; i < count; ++i)
    seen.disturbed +=
        lost_share(m->loads[i], m->samples_ns[i] * static_cast<double>(m->executions_per_sample)) >
        kLostShare;
}

Evidence evidence_in(const Group& group) {
  Evidence seen;
  for (const auto& row : group.rows)
    for (std::size_t c = 0; c < row.cells.size(); ++c)
      if (row.cells[c].record) add(seen, row.cells[c], static_cast<int>(c));
  return seen;
}

/// Nothing to add up: one layer, or one column.
bool has_no_choice(const Group& group) {
  return group.rows.size() < 2 || group.columns.size() < 2;
}

class Weighing {
 public:
  void warn(Reason reason, double figure, Trust trust = Trust::caution) {
    badge.advice.push_back({reason, figure});
    badge.trust = std::max(badge.trust, trust);
  }
  void weigh(Reason reason, double share, double figure, const Limits& limits) {
    if (share > limits.caution)
      warn(reason, figure, share > limits.poor ? Trust::poor : Trust::caution);
  }
  Badge badge;
};

}  // namespace

Badge badge_of(const Group& group, const Decision& decision) {
  const auto seen = evidence_in(group);
  const auto& machine = group.results->header.machine;
  Weighing all;
  if (seen.failures > 0) all.warn(Reason::failures, seen.failures);
  if (seen.timed > 0) {
    if (decision.rounds < kLeastSamples || !(decision.halved || has_no_choice(group)))
      all.warn(Reason::few_rounds, decision.rounds);
    else if (seen.one_process && machine.noise_floor <= 0)
      all.warn(Reason::no_noise_floor, 0);
    if (seen.one_process)
      all.weigh(Reason::noise_floor, machine.noise_floor, machine.noise_floor, kNoiseFloor);
    if (seen.samples > 0) {
      const double share = static_cast<double>(seen.disturbed) / static_cast<double>(seen.samples);
      all.weigh(Reason::disturbed, share, share, kDisturbed);
    }
    const double load = machine.cores > 0 ? machine.load_average / machine.cores : 0;
    all.weigh(Reason::loaded, load, load, kLoad);
  }
  if (const int cases = seen.inconclusive + seen.timed; cases > 0)
    all.weigh(Reason::inconclusive, static_cast<double>(seen.inconclusive) / cases,
              seen.inconclusive, kInconclusive);
  if (!seen.reordering.empty())
    all.badge.advice.push_back(
        {Reason::includes_reorders, static_cast<double>(seen.reordering.size()), seen.reordering});
  return std::move(all.badge);
}

}  // namespace convgauge::report
