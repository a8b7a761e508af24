// Chooses on one half of the rounds, reports from the other.
#include "report/decision.hpp"

#include <algorithm>
#include <utility>

#include "core/layers.hpp"
#include "measure/many.hpp"
#include "report/model.hpp"
#include "report/rounds.hpp"
#include "report/trust.hpp"

namespace convgauge::report {
namespace {

/// A choice is taken where it wins so surely on the choosing rounds. 7 of 7 rounds reach it (1 -
/// 2^-6), which are what 15 rounds leave; that all rounds tell the two apart is asked as well.
constexpr double kChoiceConfidence = 0.98;
/// What compare and history call a change at least (measure/slowdown.hpp,
/// report/history/steps.hpp).
constexpr double kLeastChange = 0.01;
/// Rows with fewer rounds are not halved: the reporting half would have no interval.
constexpr std::size_t kLeastToChoose = 2 * kLeastSamples - 1;

using Columns = std::vector<int>;  // one per row, -1: no time

std::size_t as_index(int column) {
  return static_cast<std::size_t>(column);
}

/// Without an interval only twice the time is told.
bool told(const MedianInterval& ratio, double least_lead) {
  return ratio.low ? *ratio.low > 1 && ratio.median > least_lead : ratio.median >= 2;
}

/// The samples of a row, one entry per column; empty where it has no time.
struct RowSamples {
  std::vector<Measured> choosing, reporting;
  const std::vector<Measured>& of(Half half) const {
    return half == Half::choosing ? choosing : reporting;
  }
};

class Maker {
 public:
  explicit Maker(const Group& group) : group_(group) {
    made_.least_lead = least_lead(group);
    for (const auto& row : group.rows) samples_.push_back(samples_of(row));
    for (std::size_t c = 0; c < group.columns.size(); ++c)
      made_.totals.push_back(total_of(everywhere(static_cast<int>(c))));
  }

  /// See usual_baseline().
  int usual_baseline() const {
    int best = -1, fewest_missing = 0;
    double least = 0;
    for (std::size_t c = 0; c < group_.columns.size(); ++c) {
      const auto missing = made_.totals[c].missing;
      if (missing == made_.totals[c].layers) continue;
      double sum = 0;
      for (std::size_t r = 0; r < samples_.size(); ++r)
        sum += time_of(r, static_cast<int>(c), Half::choosing);
      if (best >= 0 && std::pair(missing, sum) >= std::pair(fewest_missing, least)) continue;
      best = static_cast<int>(c), fewest_missing = missing, least = sum;
    }
    return best;
  }

  Decision make() {
    made_.single = best_single();
    auto columns = chosen_columns();
    if (made_.single >= 0 && !mix_is_told(columns)) columns = everywhere(made_.single);
    made_.plan = plan_of(columns);
    fill_layers(columns);
    made_.total = total_of(columns);
    for (std::size_t c = 0; c < group_.columns.size(); ++c)
      made_.leads.push_back(lead_over(static_cast<int>(c), columns));
    if (made_.plan == Plan::mix && made_.single >= 0)
      made_.over_single = made_.leads[as_index(made_.single)]->ratio;
    made_.badge = badge_of(group_, made_);
    return std::move(made_);
  }

 private:
  /// All of its columns are halved, or none: else their rounds would not pair up.
  bool is_halved(const Row& row) const {
    return group_.rows.size() > 1 && group_.columns.size() > 1 &&
           std::all_of(row.cells.begin(), row.cells.end(), [](const Cell& cell) {
             const auto* m = ranked(cell.record);
             return !m || m->samples_ns.size() >= kLeastToChoose;
           });
  }

  RowSamples samples_of(const Row& row) {
    const bool halves = is_halved(row);
    RowSamples samples;
    for (const auto& cell : row.cells) {
      const auto* m = ranked(cell.record);
      made_.halved = made_.halved || (m && halves);
      const auto half = [&](Half h) {
        return m ? half_of(*m, halves ? h : Half::all) : Measured{};
      };
      samples.choosing.push_back(half(Half::choosing));
      samples.reporting.push_back(half(Half::reporting));
    }
    return samples;
  }

  const std::vector<double>& of(std::size_t row, int column, Half half) const {
    return samples_[row].of(half)[as_index(column)].samples_ns;
  }
  bool is_timed(std::size_t row, int column) const {
    return column >= 0 && !of(row, column, Half::reporting).empty() &&
           !of(row, column, Half::choosing).empty();
  }
  double count(std::size_t row) const {
    return static_cast<double>(group_.rows[row].problem->count);
  }
  /// count x median; 0 without a time.
  double time_of(std::size_t row, int column, Half half) const {
    return is_timed(row, column) ? count(row) * median(of(row, column, half)) : 0;
  }

  Columns everywhere(int column) const {
    Columns columns;
    for (std::size_t r = 0; r < samples_.size(); ++r)
      columns.push_back(is_timed(r, column) ? column : -1);
    return columns;
  }

  Total total_of(const Columns& columns) const {
    Total total;
    for (std::size_t r = 0; r < samples_.size(); ++r) {
      const bool has = columns[r] >= 0, fills = is_timed(r, group_.baseline);
      const double ns = time_of(r, columns[r], Half::reporting);
      ++total.layers;
      total.missing += !has;
      total.unfilled += !has && !fills;
      total.ns += ns;
      total.filled_ns += has ? ns : time_of(r, group_.baseline, Half::reporting);
    }
    return total;
  }

  bool is_complete(int column) const {
    return column >= 0 && made_.totals[as_index(column)].missing == 0 && !samples_.empty();
  }

  /// The total with `slower` over that with `faster`: the mean of the layers' ratios over their
  /// common rounds, weighted by the share of the total that `faster` takes there. Of a layer in
  /// which both have the same column the ratio is 1. Both have a time in all rows.
  MedianInterval ratio_of(const Columns& slower, const Columns& faster) const {
    RatioOfSums sums;
    double all = 0;
    for (std::size_t r = 0; r < samples_.size(); ++r) {
      const double time = time_of(r, faster[r], Half::reporting);
      if (!(time > 0)) continue;  // a count may be 0
      all += time;
      const auto& row = samples_[r].reporting;
      const auto common = common_rounds(row[as_index(slower[r])], row[as_index(faster[r])]);
      if (slower[r] == faster[r])
        sums.add_common(time);
      else if (common.a.empty())
        return {1, {}, {}, 0};
      else
        sums.add(paired_evidence(common.a, common.b, laws_), time);
    }
    return all > 0 ? sums.result() : MedianInterval{1, {}, {}, 0};
  }

  /// The fastest single column on the choosing rounds; the baseline where that is not told slower.
  int best_single() const {
    int best = -1;
    double least = 0;
    for (std::size_t c = 0; c < group_.columns.size(); ++c) {
      const auto column = static_cast<int>(c);
      if (!is_complete(column)) continue;
      double sum = 0;
      for (std::size_t r = 0; r < samples_.size(); ++r) sum += time_of(r, column, Half::choosing);
      if (best >= 0 && sum >= least) continue;
      best = column;
      least = sum;
    }
    if (best >= 0 && samples_.size() == 1) best = fastest_in(0);
    if (best == group_.baseline || !is_complete(group_.baseline)) return best;
    return beats(everywhere(best), everywhere(group_.baseline), made_.least_lead) ? best
                                                                                  : group_.baseline;
  }

  /// For certain, and so that the totals shown say the same.
  bool beats(const Columns& faster, const Columns& slower, double least_lead) const {
    return told(ratio_of(slower, faster), least_lead) && total_of(faster).ns < total_of(slower).ns;
  }

  int fastest_in(std::size_t row) const {
    std::vector<const Measured*> measured;
    for (const auto& m : samples_[row].choosing) measured.push_back(&m);
    return fastest_of(measured, group_.baseline);
  }

  const Cell& cell(std::size_t row, int column) const {
    return group_.rows[row].cells[as_index(column)];
  }

  /// Whether to take `column` in a row instead of `common`: see kChoiceConfidence.
  bool is_better(std::size_t row, int column, int common) const {
    const auto& samples = samples_[row].choosing;
    const auto rounds = common_rounds(samples[as_index(common)], samples[as_index(column)]);
    if (rounds.a.empty()) return false;
    std::vector<double> leads;
    for (std::size_t i = 0; i < rounds.a.size(); ++i) leads.push_back(rounds.a[i] / rounds.b[i]);
    const auto interval = median_interval(leads, kChoiceConfidence);
    const double low = interval.low.value_or(*std::min_element(leads.begin(), leads.end()));
    return low > 1 && interval.median > made_.least_lead &&
           told_apart(cell(row, column), cell(row, common), made_.least_lead);
  }

  /// Per row the best single column, where no other is better for certain; where no single column
  /// has all layers, the baseline or the fastest takes its place.
  Columns chosen_columns() const {
    Columns columns;
    for (std::size_t r = 0; r < samples_.size(); ++r) {
      const int best = fastest_in(r);
      int common = made_.single >= 0 ? made_.single : group_.baseline;
      if (!is_timed(r, common)) common = best;
      if (common < 0 || best == common) {
        columns.push_back(common);
        continue;
      }
      int taken = common;
      for (std::size_t c = 0; c < group_.columns.size(); ++c) {
        const auto other = static_cast<int>(c);
        if (other == common || !is_timed(r, other) || !is_better(r, other, common)) continue;
        if (time_of(r, other, Half::choosing) < time_of(r, taken, Half::choosing)) taken = other;
      }
      columns.push_back(taken);
    }
    return columns;
  }

  /// The mix is faster than the best single column for certain, and shown as no slower than any.
  bool mix_is_told(const Columns& columns) const {
    if (!beats(columns, everywhere(made_.single), made_.least_lead)) return false;
    const double ns = total_of(columns).ns;
    return std::none_of(made_.totals.begin(), made_.totals.end(),
                        [&](const Total& t) { return t.missing == 0 && t.ns <= ns; });
  }

  Plan plan_of(const Columns& columns) const {
    if (std::all_of(columns.begin(), columns.end(), [](int c) { return c < 0; }))
      return Plan::untimed;
    if (group_.columns.size() == 1) return Plan::alone;
    return made_.single >= 0 && columns == everywhere(made_.single) ? Plan::everywhere : Plan::mix;
  }

  void fill_layers(const Columns& columns) {
    for (std::size_t r = 0; r < samples_.size(); ++r) {
      const auto& row = group_.rows[r];
      auto& layer = made_.layers.emplace_back();
      layer.column = columns[r];
      if (columns[r] < 0) continue;
      const auto rounds = static_cast<int>(of(r, columns[r], Half::reporting).size());
      made_.rounds = made_.rounds == 0 ? rounds : std::min(made_.rounds, rounds);
      layer.ns = time_of(r, columns[r], Half::reporting);
      for (std::size_t c = 0; c < row.cells.size(); ++c) {
        if (row.cells[c].fastest) layer.best = static_cast<int>(c);
        if (row.cells[c].tied) layer.close.push_back(static_cast<int>(c));
      }
      layer.call = layer.close.empty() ? LayerCall::use : LayerCall::tie;
      if (layer.best >= 0) continue;
      layer.call = LayerCall::not_told;
      layer.close = unsettled(row, cell(r, columns[r]).time_ns->median);
    }
  }

  std::optional<Lead> lead_over(int column, const Columns& columns) const {
    if (!is_complete(column)) return std::nullopt;
    const auto slower = everywhere(column);
    if (slower == columns) return Lead{{1, 1, 1, 1}, false};
    return Lead{ratio_of(slower, columns), beats(columns, slower, made_.least_lead)};
  }

  const Group& group_;
  mutable RankLaws laws_;
  std::vector<RowSamples> samples_;
  Decision made_;
};

}  // namespace

int usual_baseline(const Group& group) {
  return Maker(group).usual_baseline();
}

Decision decide(const Group& group) {
  return Maker(group).make();
}

int layers_called(const Decision& decision, LayerCall call) {
  const auto& all = decision.layers;
  return static_cast<int>(
      std::count_if(all.begin(), all.end(), [&](const auto& l) { return l.call == call; }));
}

int layers_of(const Decision& decision, int column) {
  const auto& all = decision.layers;
  return static_cast<int>(
      std::count_if(all.begin(), all.end(), [&](const auto& l) { return l.column == column; }));
}

std::vector<int> too_close(const Decision& decision) {
  std::vector<int> columns;
  if (decision.plan == Plan::alone) return columns;
  for (std::size_t c = 0; c < decision.leads.size(); ++c) {
    const bool is_it = decision.plan == Plan::everywhere && static_cast<int>(c) == decision.single;
    if (decision.leads[c] && !decision.leads[c]->told && !is_it)
      columns.push_back(static_cast<int>(c));
  }
  return columns;
}

double least_lead(const Group& group) {
  for (const auto& row : group.rows)
    for (const auto& cell : row.cells)
      if (const auto* m = ranked(cell.record); m && m->samples_per_process.size() < 2)
        return 1 + std::max(kLeastChange, group.results->header.machine.noise_floor);
  return 1 + kLeastChange;
}

}  // namespace convgauge::report
