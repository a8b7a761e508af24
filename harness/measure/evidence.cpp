// Intervals and p-values by inverting rank tests, which assume nothing about the distribution of
// times.
#include "measure/evidence.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>
#include <optional>

#include "core/layers.hpp"
#include "measure/distributions.hpp"

namespace convgauge::measure {
namespace {

/// 100 against 100 samples: computed in 40 ms for the first such pair, then reused.
constexpr std::size_t kMostExact = 10'000;

std::vector<double> cumulative(std::vector<double> probabilities) {
  std::partial_sum(probabilities.begin(), probabilities.end(), probabilities.begin());
  for (double& p : probabilities) p = std::min(p, 1.0);
  return probabilities;
}

/// P(U = u) for i samples of one kind against j of another, by recursion: the largest of all i + j
/// samples is of the first kind with probability i / (i + j), and then lies above all j of the
/// second.
std::vector<double> mann_whitney(std::size_t n, std::size_t m) {
  // of[i]: i against the current j, which begins at 0.
  std::vector<std::vector<double>> of(n + 1, {1.0});
  for (std::size_t j = 1; j <= m; ++j)
    for (std::size_t i = 1; i <= n; ++i) {
      std::vector<double> p(i * j + 1, 0.0);
      const double share = static_cast<double>(i) / static_cast<double>(i + j);
      for (std::size_t u = 0; u < of[i - 1].size(); ++u) p[u + j] += share * of[i - 1][u];
      for (std::size_t u = 0; u < of[i].size(); ++u) p[u] += (1 - share) * of[i][u];
      of[i] = std::move(p);
    }
  return of[n];
}

std::vector<double> normal_rank_sum(std::size_t n, std::size_t m) {
  const double count = static_cast<double>(n), other = static_cast<double>(m),
               mean = count * other / 2;
  const double deviation = std::sqrt(count * other * (count + other + 1) / 12);
  std::vector<double> law(n * m + 1);
  for (std::size_t u = 0; u < law.size(); ++u)
    law[u] = normal_cdf(static_cast<double>(u) + 0.5, mean, deviation);
  return law;
}

/// How many log-ratios may be dropped at each end so that the rest still has this confidence. The
/// distribution is symmetric.
std::optional<std::size_t> dropped(const RatioEvidence& evidence, double confidence) {
  const auto& law = *evidence.law;
  std::optional<std::size_t> best;
  for (std::size_t k = 0; 2 * k < evidence.steps.size() && 1 - 2 * law[k] >= confidence; ++k)
    best = k;
  return best;
}

/// P(K <= number of log-ratios that are at most `log_ratio`): small where nearly all lie above it.
double probability_below(const RatioEvidence& evidence, double log_ratio) {
  const auto& steps = evidence.steps;
  const auto below = std::upper_bound(steps.begin(), steps.end(), log_ratio) - steps.begin();
  return (*evidence.law)[static_cast<std::size_t>(below)];
}

double probability_above(const RatioEvidence& evidence, double log_ratio) {
  const auto& steps = evidence.steps;
  const auto above = steps.end() - std::lower_bound(steps.begin(), steps.end(), log_ratio);
  return (*evidence.law)[static_cast<std::size_t>(above)];
}

}  // namespace

const std::vector<double>& RankLaws::sign(std::size_t n) {
  const auto [it, fresh] = sign_.try_emplace(n);
  if (fresh) it->second = cumulative(fair_coins(n));
  return it->second;
}

const std::vector<double>& RankLaws::rank_sum(std::size_t n, std::size_t m) {
  const auto [it, fresh] = rank_sum_.try_emplace({n, m});
  if (fresh)
    it->second = n * m <= kMostExact ? cumulative(mann_whitney(n, m)) : normal_rank_sum(n, m);
  return it->second;
}

RatioEvidence paired_evidence(std::span<const double> candidate, std::span<const double> baseline,
                              RankLaws& laws) {
  const auto rounds = std::min(candidate.size(), baseline.size());
  assert(rounds > 0);
  RatioEvidence evidence{std::vector<double>(rounds), &laws.sign(rounds)};
  for (std::size_t i = 0; i < rounds; ++i) evidence.steps[i] = std::log(candidate[i] / baseline[i]);
  std::sort(evidence.steps.begin(), evidence.steps.end());
  return evidence;
}

RatioEvidence unpaired_evidence(std::span<const double> candidate, std::span<const double> baseline,
                                RankLaws& laws) {
  assert(!candidate.empty() && !baseline.empty());
  RatioEvidence evidence{{}, &laws.rank_sum(candidate.size(), baseline.size())};
  evidence.steps.reserve(candidate.size() * baseline.size());
  for (const double a : candidate)
    for (const double b : baseline) evidence.steps.push_back(std::log(a / b));
  std::sort(evidence.steps.begin(), evidence.steps.end());
  return evidence;
}

MedianInterval ratio_interval(const RatioEvidence& evidence, double confidence) {
  const auto& steps = evidence.steps;
  MedianInterval interval{std::exp(median_of_sorted(steps)), {}, {}, 1 - 2 * evidence.law->front()};
  if (const auto k = dropped(evidence, confidence)) {
    interval.low = std::exp(steps[*k]);
    interval.high = std::exp(steps[steps.size() - 1 - *k]);
    interval.confidence = 1 - 2 * (*evidence.law)[*k];
  }
  return interval;
}

double p_slower(const RatioEvidence& evidence, double margin) {
  return probability_below(evidence, std::log1p(margin));
}

double p_value(const RatioEvidence& evidence, double margin) {
  return std::min(1.0, 2 * std::min(p_slower(evidence, margin),
                                    probability_above(evidence, -std::log1p(margin))));
}

}  // namespace convgauge::measure
