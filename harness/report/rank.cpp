// Computes the speed-ups, winners, totals and the best mix of a group.
#include <algorithm>
#include <cmath>

#include "core/layers.hpp"
#include "report/model.hpp"
#include "report/rounds.hpp"

namespace convgauge::report {
namespace {

const std::vector<double>& samples(const Cell& cell) {
  return ranked(cell.record)->samples_ns;
}

/// Index of the cell with the least `key(cell)`; -1 where none is ranked.
template <class Key>
int least(const Row& row, Key key) {
  int best = -1;
  double least = 0;
  for (std::size_t c = 0; c < row.cells.size(); ++c) {
    if (!row.cells[c].time_ns) continue;
    const double value = key(row.cells[c]);
    if (best >= 0 && value >= least) continue;
    best = static_cast<int>(c);
    least = value;
  }
  return best;
}

void rank_row(Row& row, int baseline) {
  for (auto& cell : row.cells)
    if (const auto* measured = ranked(cell.record))
      cell.time_ns = median_interval(measured->samples_ns);
  const auto* base = baseline >= 0 ? &row.cells[static_cast<std::size_t>(baseline)] : nullptr;
  const int best = least(row, [](const Cell& cell) { return cell.time_ns->median; });
  if (best < 0) return;
  auto& fastest = row.cells[static_cast<std::size_t>(best)];
  fastest.fastest = true;
  for (auto& cell : row.cells) {
    if (!cell.time_ns) continue;
    if (base && base->time_ns) cell.speedup = speedup_over(*base, cell);
    cell.tied = &cell != &fastest && !told_apart(fastest, cell);
  }
}

using Time = std::optional<double>;

void add(Total& total, const Problem& problem, Time time_ns, Time filler_ns) {
  const auto count = static_cast<double>(problem.count);
  ++total.layers;
  total.missing += !time_ns;
  total.unfilled += !time_ns && !filler_ns;
  total.ns += count * time_ns.value_or(0);
  total.filled_ns += count * time_ns.value_or(filler_ns.value_or(0));
}

Time median_of(const Cell& cell) {
  return cell.time_ns ? Time(cell.time_ns->median) : std::nullopt;
}

/// Adds count x samples, round by round, over the rounds that both have.
void add_rounds(std::vector<double>& sums, const std::vector<double>& samples, std::int64_t count,
                bool first) {
  const auto rounds = first ? samples.size() : std::min(sums.size(), samples.size());
  sums.resize(rounds, 0);
  for (std::size_t i = 0; i < rounds; ++i) sums[i] += static_cast<double>(count) * samples[i];
}

Mix mix_of(const Group& group) {
  Mix mix;
  std::vector<double> mixed, base;
  bool comparable = group.baseline >= 0;
  for (const auto& row : group.rows) {
    const int c = least(
        row, [](const Cell& cell) { return median_interval(odd_rounds(samples(cell))).median; });
    const auto even = c < 0 ? std::vector<double>{}
                            : even_rounds(samples(row.cells[static_cast<std::size_t>(c)]));
    add(mix.total, *row.problem, c < 0 ? std::nullopt : Time(median_interval(even).median),
        std::nullopt);
    comparable =
        comparable && c >= 0 && row.cells[static_cast<std::size_t>(group.baseline)].time_ns;
    if (comparable) {
      add_rounds(mixed, even, row.problem->count, mix.columns.empty());
      const auto& against = samples(row.cells[static_cast<std::size_t>(group.baseline)]);
      add_rounds(base, even_rounds(against), row.problem->count, mix.columns.empty());
    }
    mix.columns.push_back(c);
    mix.layers_ns.push_back(
        c < 0 ? 0 : static_cast<double>(row.problem->count) * median_interval(even).median);
  }
  const auto rounds = std::min(mixed.size(), base.size());
  const bool weighty = std::all_of(mixed.begin(), mixed.end(), [](double sum) { return sum > 0; });
  mixed.resize(rounds);
  base.resize(rounds);
  if (comparable && rounds > 0 && weighty) mix.speedup = ratio(base, mixed);
  return mix;
}

}  // namespace

MedianInterval speedup_over(const Cell& base, const Cell& cell) {
  const auto common = common_rounds(*ranked(base.record), *ranked(cell.record));
  return ratio(common.a, common.b);
}

bool told_apart(const Cell& faster, const Cell& slower) {
  const auto lead = speedup_over(slower, faster);
  if (lead.low) return *lead.low > 1;
  const auto common = common_rounds(*ranked(slower.record), *ranked(faster.record));
  for (std::size_t i = 0; i < common.a.size(); ++i)
    if (common.a[i] < 2 * common.b[i]) return false;
  return !common.a.empty();
}

void rank(Group& group) {
  group.totals.assign(group.columns.size(), {});
  for (auto& row : group.rows) {
    rank_row(row, group.baseline);
    const auto filler = group.baseline < 0
                            ? std::nullopt
                            : median_of(row.cells[static_cast<std::size_t>(group.baseline)]);
    for (std::size_t c = 0; c < row.cells.size(); ++c)
      add(group.totals[c], *row.problem, median_of(row.cells[c]), filler);
  }
  group.mix = mix_of(group);
}

}  // namespace convgauge::report
