#include "report/history/steps.hpp"

#include <algorithm>
#include <cmath>

#include "core/layers.hpp"
#include "measure/distributions.hpp"
#include "measure/statistics.hpp"

namespace convgauge::report {
namespace {

constexpr double kLeastStep = 0.01;
/// Most degrees of freedom of Student's t. With more than 8, recorded drift of a shared machine
/// raised a false alarm in 13% of histories of 60 cases and 5 runs, instead of 1%. With fewer than
/// kEnoughRuns runs, where a level need not hold for two, at most 4.
constexpr int kMostDegrees = 8, kMostDegreesOfFewRuns = 4;
/// Scatter in units of half intervals, if there are too few controls: on the three recorded series
/// (tests/unit/measure/drift) medians moved from run to run by 2.5 to 2.7 times half of their own
/// interval.
constexpr double kAssumedByHalf = 2.6;

/// Half the width of a series' typical interval, which says how quiet the case is. Above 0.
double half_interval(const StepSeries& series) {
  std::vector<double> halves;
  for (const auto& t : series.runs)
    if (t) halves.push_back((t->high - t->low) / 2);
  return halves.empty() ? 1 : std::max(median(halves), 1e-6);
}

/// log(after / before) of every control across a boundary, and the half interval of each.
struct Moves {
  std::vector<double> size, half;
};
Moves control_moves(std::span<const StepSeries> series, std::size_t b) {
  Moves moves;
  for (const auto& s : series) {
    if (!s.control[b] || !s.runs[b] || !s.runs[b + 1]) continue;
    moves.size.push_back(s.runs[b + 1]->median - s.runs[b]->median);
    moves.half.push_back(half_interval(s));
  }
  return moves;
}

/// How many times the scatter a step must exceed: the quantile of Student's t that leaves `share`
/// above it.
double reach(double share, int controls, int most_degrees) {
  return student_beyond(share, std::clamp(static_cast<int>(0.37 * controls), 1, most_degrees));
}

/// How much unchanged cases move between runs: `size` in general (log ratio), `by_half` in units of
/// half of their own interval.
struct Scatter {
  double size = kAssumedScatter, by_half = kAssumedByHalf;
  int controls = 1 << 20;  // very many: an assumed scatter is treated as known exactly
};

Scatter scatter_of(const std::vector<double>& deviations, const std::vector<double>& halves) {
  std::vector<double> by_half;
  for (std::size_t i = 0; i < deviations.size(); ++i) by_half.push_back(deviations[i] / halves[i]);
  return {normal_deviation(deviations, 0), normal_deviation(by_half, 0),
          static_cast<int>(deviations.size())};
}

std::vector<Scatter> scatters(std::span<const StepSeries> series,
                              std::vector<Boundary>& boundaries) {
  std::vector<Scatter> list(boundaries.size());
  Moves all;
  for (std::size_t b = 0; b < boundaries.size(); ++b) {
    auto moves = control_moves(series, b);
    const int controls = static_cast<int>(moves.size.size());
    const double center = controls >= kLeastControls ? median(moves.size) : 0;
    for (double& move : moves.size) move -= center;
    boundaries[b] = {std::exp(center), controls, 0};
    all.size.insert(all.size.end(), moves.size.begin(), moves.size.end());
    all.half.insert(all.half.end(), moves.half.begin(), moves.half.end());
    if (controls >= kLeastControls) list[b] = scatter_of(moves.size, moves.half);
  }
  const bool known = static_cast<int>(all.size.size()) >= kLeastControls;
  for (std::size_t b = 0; b < boundaries.size(); ++b) {
    if (boundaries[b].controls < kLeastControls && known) list[b] = scatter_of(all.size, all.half);
    boundaries[b].scatter = list[b].size;
  }
  return list;
}

/// One series: its times without the machine's own changes, and the run of each.
struct Track {
  std::vector<LogTime> times;
  std::vector<int> runs;
};

Track track_of(const StepSeries& series, const std::vector<Boundary>& boundaries) {
  Track track;
  double moved = 0;
  for (std::size_t run = 0; run < series.runs.size(); ++run) {
    if (run > 0) moved += std::log(boundaries[run - 1].moved);
    if (const auto& t = series.runs[run]) {
      track.times.push_back({t->median - moved, t->low - moved, t->high - moved});
      track.runs.push_back(static_cast<int>(run));
    }
  }
  return track;
}

double median_over(std::span<const LogTime> times, double LogTime::*field) {
  std::vector<double> values;
  for (const auto& t : times) values.push_back(t.*field);
  return median(values);
}

double mean_of(std::span<const LogTime> times) {
  double sum = 0;
  for (const auto& t : times) sum += t.median;
  return sum / static_cast<double>(times.size());
}

class Search {
 public:
  /// `least`: for each boundary, what the logarithm of a change must exceed.
  Search(const Track& track, std::vector<double> least)
      : track_(track), least_(std::move(least)), side_(track.times.size() >= kEnoughRuns ? 2 : 1) {}

  std::vector<Step> run() {
    places_ = {0, track_.times.size()};
    split(0, track_.times.size());
    std::sort(places_.begin(), places_.end());
    // A split that was found in a longer range must also be a step between its neighbouring splits.
    std::vector<Step> steps;
    for (std::size_t i = 1; i + 1 < places_.size(); ++i)
      if (const auto step = judge(places_[i - 1], places_[i], places_[i + 1]))
        steps.push_back(*step);
    return steps;
  }

 private:
  void split(std::size_t first, std::size_t last) {
    const auto at = widest(first, last);
    if (at == first) return;
    if (!judge(first, at, last)) return;
    places_.push_back(at);
    split(first, at);
    split(at, last);
  }

  /// The split at which the means of both sides differ most, weighted by their sizes; `first` where
  /// the range cannot be split. Means, since a median would not notice one run on the wrong side.
  std::size_t widest(std::size_t first, std::size_t last) const {
    std::size_t best = first;
    double most = -1;
    for (auto at = first + side_; at + side_ <= last; ++at) {
      const auto before = half(first, at), after = half(at, last);
      const double weight = std::sqrt(static_cast<double>(before.size() * after.size()));
      const double size = weight * std::abs(mean_of(after) - mean_of(before));
      if (size > most) most = size, best = at;
    }
    return best;
  }

  std::optional<Step> judge(std::size_t first, std::size_t at, std::size_t last) const {
    const auto before = half(first, at), after = half(at, last);
    const double change =
        median_over(after, &LogTime::median) - median_over(before, &LogTime::median);
    const double low = median_over(after, &LogTime::low) - median_over(before, &LogTime::high);
    const double high = median_over(after, &LogTime::high) - median_over(before, &LogTime::low);
    double least = 0;
    for (int b = track_.runs[at - 1]; b < track_.runs[at]; ++b)
      least = std::max(least, least_[static_cast<std::size_t>(b)]);
    if (std::abs(change) <= least || (low <= 0 && high >= 0)) return std::nullopt;
    return Step{track_.runs[at - 1], track_.runs[at], std::exp(change), std::exp(low),
                std::exp(high)};
  }

  std::span<const LogTime> half(std::size_t first, std::size_t last) const {
    return std::span(track_.times).subspan(first, last - first);
  }

  const Track& track_;
  std::vector<double> least_;
  std::size_t side_;  // runs that a level must hold for
  std::vector<std::size_t> places_;
};

}  // namespace

Steps find_steps(std::span<const StepSeries> series, std::span<const double> noise_floors) {
  Steps steps;
  if (noise_floors.size() < 2) {
    steps.of_series.resize(series.size());
    return steps;
  }
  steps.boundaries.resize(noise_floors.size() - 1);
  const auto scatter = scatters(series, steps.boundaries);
  std::vector<Track> tracks;
  std::size_t looks = 0;
  for (const auto& s : series) {
    tracks.push_back(track_of(s, steps.boundaries));
    looks += tracks.back().runs.size() > 1 ? tracks.back().runs.size() - 1 : 0;
  }
  // Two-sided, for every boundary of every series.
  const double share = kFalseHistories / (2 * static_cast<double>(std::max<std::size_t>(1, looks)));
  std::vector<double> reaches;
  const int degrees = noise_floors.size() >= kEnoughRuns ? kMostDegrees : kMostDegreesOfFewRuns;
  for (const auto& s : scatter) reaches.push_back(reach(share, s.controls, degrees));
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    const double half = half_interval(series[i]);
    std::vector<double> least;
    for (std::size_t b = 0; b < scatter.size(); ++b)
      least.push_back(std::max(
          {std::log1p(kLeastStep), std::log1p(noise_floors[b]), std::log1p(noise_floors[b + 1]),
           reaches[b] * std::max(scatter[b].size, scatter[b].by_half * half)}));
    steps.of_series.push_back(Search(tracks[i], std::move(least)).run());
  }
  return steps;
}

}  // namespace convgauge::report
