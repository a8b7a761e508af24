// Computes the speed-ups and winners of a group.
#include <algorithm>
#include <limits>

#include "core/layers.hpp"
#include "measure/quiet.hpp"
#include "report/model.hpp"

namespace convgauge::report {
namespace {

/// The shortest sample without the time that it lost to others; 0 where that was not recorded.
double least_possible(const Measured& m) {
  if (m.samples_ns.empty() || m.loads.size() < m.samples_ns.size()) return 0;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < m.samples_ns.size(); ++i) {
    const double ns = m.samples_ns[i];
    const double lost = lost_share(m.loads[i], ns * static_cast<double>(m.executions_per_sample));
    least = std::min(least, ns * std::max(0.0, 1 - lost));
  }
  return least;
}

/// The machine left the case without a time, and it may take less than `time_ns`.
bool may_be_faster(const CaseRecord& record, double time_ns) {
  const auto outcome = classify_apart_from_known(record);
  if (outcome == Outcome::denied || outcome == Outcome::unjudged) return true;
  const auto* noisy = std::get_if<Inconclusive>(&record.measurement);
  return outcome == Outcome::noisy && noisy && least_possible(noisy->evidence) <= time_ns;
}

void rank_row(Row& row, int baseline, double least_lead) {
  std::vector<const Measured*> measured;
  for (auto& cell : row.cells) {
    measured.push_back(ranked(cell.record));
    if (measured.back()) cell.time_ns = median_interval(measured.back()->samples_ns);
  }
  const auto* base = baseline >= 0 ? &row.cells[static_cast<std::size_t>(baseline)] : nullptr;
  for (auto& cell : row.cells)
    if (cell.time_ns && base && base->time_ns) cell.speedup = speedup_over(*base, cell);
  const int best = fastest_of(measured, baseline);
  if (best < 0) return;
  auto& fastest = row.cells[static_cast<std::size_t>(best)];
  if (!unsettled(row, fastest.time_ns->median).empty()) return;
  fastest.fastest = true;
  for (auto& cell : row.cells)
    cell.tied = cell.time_ns && &cell != &fastest && !told_apart(fastest, cell, least_lead);
}

}  // namespace

MedianInterval speedup_over(const Cell& base, const Cell& cell) {
  const auto common = common_rounds(*ranked(base.record), *ranked(cell.record));
  return ratio(common.a, common.b);
}

bool told_apart(const Cell& faster, const Cell& slower, double least_lead) {
  const auto common = common_rounds(*ranked(slower.record), *ranked(faster.record));
  if (common.a.empty()) return false;
  const auto lead = ratio(common.a, common.b);
  if (lead.low) return *lead.low > 1 && lead.median > least_lead;
  for (std::size_t i = 0; i < common.a.size(); ++i)
    if (common.a[i] < 2 * common.b[i]) return false;
  return true;
}

int fastest_of(const std::vector<const Measured*>& row, int last) {
  int best = -1;
  double least = 0;
  const auto at = [&](int c) { return row[static_cast<std::size_t>(c)]; };
  const auto beaten_by = [&](int c) {
    const auto common = common_rounds(*at(best), *at(c));
    return !common.a.empty() && ratio(common.a, common.b).median > 1;
  };
  const auto is_timed = [&](int c) { return at(c) && !at(c)->samples_ns.empty(); };
  const auto count = static_cast<int>(row.size());
  for (int c = 0; c < count; ++c) {
    if (!is_timed(c)) continue;
    const double time = median(at(c)->samples_ns);
    if (best >= 0 && time >= least) continue;
    best = c;
    least = time;
  }
  for (int c = 0; c < count; ++c)
    if (c != best && c != last && is_timed(c) && beaten_by(c)) best = c;
  if (last >= 0 && last != best && is_timed(last) && beaten_by(last)) best = last;
  return best;
}

std::vector<int> unsettled(const Row& row, double time_ns) {
  std::vector<int> columns;
  for (std::size_t c = 0; c < row.cells.size(); ++c)
    if (row.cells[c].record && may_be_faster(*row.cells[c].record, time_ns))
      columns.push_back(static_cast<int>(c));
  return columns;
}

void rank(Group& group) {
  const double least = least_lead(group);
  for (auto& row : group.rows) rank_row(row, group.baseline, least);
  group.decision = decide(group);
}

}  // namespace convgauge::report
