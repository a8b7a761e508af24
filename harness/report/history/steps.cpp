#include "report/history/steps.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace convgauge {
namespace {

constexpr double kLeastStep = 0.01;

double median_of(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

double deviation_of(const std::vector<double>& values, double center) {
  std::vector<double> sizes;
  for (const double v : values) sizes.push_back(std::abs(v - center));
  return 1.4826 * median_of(sizes);
}

/// log(after / before) of every control across boundary b.
std::vector<double> control_moves(std::span<const StepSeries> series, std::size_t b) {
  std::vector<double> moves;
  for (const auto& s : series)
    if (s.control[b] && s.runs[b] && s.runs[b + 1]) moves.push_back(s.runs[b + 1]->median - s.runs[b]->median);
  return moves;
}

/// How far a step must reach beyond its scatter: the quantile of Student's t that leaves `share` above it.
double reach(double share, int controls) {
  const int degrees = std::max(1, static_cast<int>(0.37 * controls));
  double low = 0, high = 1e6;
  for (int i = 0; i < 100; ++i) {
    const double middle = (low + high) / 2;
    (student_cdf(middle, degrees) < 1 - share ? low : high) = middle;
  }
  return high;
}

struct Scatter {
  double size = kAssumedScatter;
  int controls = 1 << 20;  // an assumed scatter is taken as known
};

std::vector<Scatter> scatters(std::span<const StepSeries> series, std::vector<Boundary>& boundaries) {
  std::vector<Scatter> list(boundaries.size());
  std::vector<double> all;
  for (std::size_t b = 0; b < boundaries.size(); ++b) {
    const auto moves = control_moves(series, b);
    const int controls = static_cast<int>(moves.size());
    const double center = controls >= kLeastControls ? median_of(moves) : 0;
    boundaries[b] = {std::exp(center), controls, 0};
    for (const double move : moves) all.push_back(move - center);
    if (controls >= kLeastControls) list[b] = {deviation_of(moves, center), controls};
  }
  const auto pooled = static_cast<int>(all.size());
  for (std::size_t b = 0; b < boundaries.size(); ++b) {
    if (boundaries[b].controls < kLeastControls && pooled >= kLeastControls) list[b] = {deviation_of(all, 0), pooled};
    boundaries[b].scatter = list[b].size;
  }
  return list;
}

/// One series: its times with the machine's moves taken out, and the runs that they are of.
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
  return median_of(values);
}

double mean_of(std::span<const LogTime> times) {
  double sum = 0;
  for (const auto& t : times) sum += t.median;
  return sum / static_cast<double>(times.size());
}

class Search {
 public:
  Search(const Track& track, const std::vector<double>& least) : track_(track), least_(least) {}

  std::vector<Step> run() {
    places_ = {0, track_.times.size()};
    split(0, track_.times.size());
    std::sort(places_.begin(), places_.end());
    // A split that was found in a longer stretch must also stand between its neighbours.
    std::vector<Step> steps;
    for (std::size_t i = 1; i + 1 < places_.size(); ++i)
      if (const auto step = judge(places_[i - 1], places_[i], places_[i + 1])) steps.push_back(*step);
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

  /// Where the halves' means differ most for their sizes (a median would not see that one run stands on the wrong
  /// side); `first` where there are no halves.
  std::size_t widest(std::size_t first, std::size_t last) const {
    std::size_t best = first;
    double most = -1;
    for (auto at = first + 1; at < last; ++at) {
      const auto before = half(first, at), after = half(at, last);
      const double weight = std::sqrt(static_cast<double>(before.size() * after.size()));
      const double size = weight * std::abs(mean_of(after) - mean_of(before));
      if (size > most) most = size, best = at;
    }
    return best;
  }

  std::optional<Step> judge(std::size_t first, std::size_t at, std::size_t last) const {
    const auto before = half(first, at), after = half(at, last);
    const double change = median_over(after, &LogTime::median) - median_over(before, &LogTime::median);
    const double low = median_over(after, &LogTime::low) - median_over(before, &LogTime::high);
    const double high = median_over(after, &LogTime::high) - median_over(before, &LogTime::low);
    double least = 0;
    for (int b = track_.runs[at - 1]; b < track_.runs[at]; ++b)
      least = std::max(least, least_[static_cast<std::size_t>(b)]);
    if (std::abs(change) <= least || (low <= 0 && high >= 0)) return std::nullopt;
    return Step{track_.runs[at - 1], track_.runs[at], std::exp(change), std::exp(low), std::exp(high)};
  }

  std::span<const LogTime> half(std::size_t first, std::size_t last) const {
    return std::span(track_.times).subspan(first, last - first);
  }

  const Track& track_;
  const std::vector<double>& least_;
  std::vector<std::size_t> places_;
};

}  // namespace

double student_cdf(double t, int degrees) {
  // Abramowitz and Stegun 26.7.3 and 26.7.4: finite sums in theta = atan(t / sqrt(degrees)).
  const double theta = std::atan(t / std::sqrt(static_cast<double>(degrees)));
  const double cosine = std::cos(theta), sine = std::sin(theta);
  double term = degrees % 2 == 0 ? 1 : cosine, sum = degrees == 1 ? 0 : term;
  for (int k = degrees % 2 == 0 ? 2 : 3; k < degrees; k += 2) {
    term *= cosine * cosine * (k - 1) / k;
    sum += term;
  }
  const double inside = degrees % 2 == 0 ? sine * sum : 2 / std::numbers::pi * (theta + sine * sum);
  return 0.5 + inside / 2;
}

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
  // Both directions of every look.
  const double share = kFalseHistories / (2 * static_cast<double>(std::max<std::size_t>(1, looks)));
  std::vector<double> least;
  for (std::size_t b = 0; b < scatter.size(); ++b)
    least.push_back(std::max({std::log1p(kLeastStep), std::log1p(noise_floors[b]), std::log1p(noise_floors[b + 1]),
                              reach(share, scatter[b].controls) * scatter[b].size}));
  for (const auto& track : tracks) steps.of_series.push_back(Search(track, least).run());
  return steps;
}

}  // namespace convgauge
