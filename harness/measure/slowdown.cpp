#include "measure/slowdown.hpp"

#include <algorithm>
#include <cmath>

#include "core/layers.hpp"
#include "measure/distributions.hpp"
#include "measure/many.hpp"
#include "measure/statistics.hpp"

namespace convgauge::measure {
namespace {

constexpr double kFamilyWise = 0.05;      // probability of any false alarm in a run
constexpr std::size_t kLeastScatter = 8;  // cases below which their scatter is not estimated
constexpr double kMissed = 0.005;         // of cases that are 5% slower, cleared by stored times
constexpr double kEfficiency = 0.37;      // of the median absolute deviation

/// Adds the minimum of each round of one process.
void add_rounds(std::vector<double>& to, std::span<const double> samples) {
  const auto size = std::min(samples.size(), static_cast<std::size_t>(kGateSamples));
  for (auto rest = samples; size > 0 && rest.size() >= size; rest = rest.subspan(size))
    to.push_back(*std::min_element(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(size)));
}

std::vector<std::int64_t> processes_of(const Measured& m) {
  return m.samples_per_process.empty() ? std::vector{static_cast<std::int64_t>(m.samples_ns.size())}
                                       : m.samples_per_process;
}

/// The minimum of each round. A round never spans two processes.
CommonRounds least_of_rounds(const Measured& a, const Measured& b) {
  CommonRounds rounds;
  const auto of_a = processes_of(a), of_b = processes_of(b);
  std::size_t at_a = 0, at_b = 0;
  for (std::size_t p = 0; p < std::min(of_a.size(), of_b.size()); ++p) {
    const auto common = static_cast<std::size_t>(std::min(of_a[p], of_b[p]));
    add_rounds(rounds.a, std::span(a.samples_ns).subspan(at_a, common));
    add_rounds(rounds.b, std::span(b.samples_ns).subspan(at_b, common));
    at_a += static_cast<std::size_t>(of_a[p]);
    at_b += static_cast<std::size_t>(of_b[p]);
  }
  return rounds;
}

}  // namespace

std::vector<bool> suspects(std::span<const double> log_ratios) {
  if (log_ratios.size() < kLeastScatter) return std::vector<bool>(log_ratios.size(), true);
  const double middle = median({log_ratios.begin(), log_ratios.end()});
  const double scatter = normal_deviation(log_ratios, middle),
               faster_as_a_whole = std::min(0.0, middle);
  const auto degrees = static_cast<int>(kEfficiency * static_cast<double>(log_ratios.size() - 1));
  const double deviations = student_beyond(kMissed, degrees);
  std::vector<bool> suspected;
  for (const double ratio : log_ratios)
    suspected.push_back(ratio - faster_as_a_whole > std::log1p(kGateFinds) - deviations * scatter);
  return suspected;
}

Slowdown slowdown(const Measured& candidate, const Measured& baseline, RankLaws& laws) {
  const auto rounds = least_of_rounds(candidate, baseline);
  if (rounds.a.empty()) return {};
  const auto evidence = paired_evidence(rounds.a, rounds.b, laws);
  return {ratio_interval(evidence), p_slower(evidence, kGateMargin),
          static_cast<int>(rounds.a.size())};
}

std::vector<SlowdownAnswer> answers(std::span<const Slowdown> slowdowns) {
  std::vector<double> p;
  for (const auto& s : slowdowns) p.push_back(s.p);
  const auto family = family_wise(p);
  std::vector<SlowdownAnswer> all;
  for (std::size_t i = 0; i < slowdowns.size(); ++i) {
    const auto& ratio = slowdowns[i].ratio;
    const bool slower = ratio.low && *ratio.low > 1 + kGateMargin && family[i] <= kFamilyWise;
    const bool ruled_out = ratio.high && *ratio.high < 1 + kGateFinds;
    all.push_back(slower      ? SlowdownAnswer::slower
                  : ruled_out ? SlowdownAnswer::not_slower
                              : SlowdownAnswer::not_told);
  }
  return all;
}

}  // namespace convgauge::measure
