// What two sets of samples say about the ratio of their times, before a confidence or a margin is
// chosen.
#pragma once
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "core/layers.hpp"
#include "measure/statistics.hpp"

namespace convgauge::measure {

/// Cumulative distributions of rank statistics, each computed once: law[k] = P(K <= k).
class RankLaws {
 public:
  /// K is the number of heads of n fair coins: how many of n samples lie below their true median.
  const std::vector<double>& sign(std::size_t n);
  /// K is Mann and Whitney's U of n against m samples that differ by a factor alone: how many of
  /// their n m ratios lie below that factor. Exact up to n m = 10,000; beyond it the normal
  /// approximation with a correction for continuity.
  const std::vector<double>& rank_sum(std::size_t n, std::size_t m);

 private:
  std::map<std::size_t, std::vector<double>> sign_;
  std::map<std::pair<std::size_t, std::size_t>, std::vector<double>> rank_sum_;
};

/// Log-ratios of candidate times over baseline times in ascending order, and the distribution of
/// how many of them lie below the true log-ratio. Interval, p-value and random draws of one case
/// are all computed from these, so that they cannot contradict each other.
struct RatioEvidence {
  std::vector<double> steps;
  const std::vector<double>* law = nullptr;  // owned by a RankLaws that outlives this
};

/// For samples of one run, of which number i of both was taken in round i: uses their ratios, one
/// for each round, and estimates the true median of those. Extra samples of the longer list are
/// ignored. Neither list is empty, and every sample is above 0.
RatioEvidence paired_evidence(std::span<const double> candidate, std::span<const double> baseline,
                              RankLaws& laws);

/// For samples of different runs: uses all ratios of one sample with one (Hodges and Lehmann,
/// 1963). Assumes that the samples of each run are independent and that the two runs differ by a
/// factor only; drift of the machine between the runs is part of that factor.
RatioEvidence unpaired_evidence(std::span<const double> candidate, std::span<const double> baseline,
                                RankLaws& laws);

/// The ratio (1.05: the candidate takes 5% longer) with its interval; as with median_interval(),
/// low and high are empty where there are too few samples.
MedianInterval ratio_interval(const RatioEvidence& evidence, double confidence = 0.99);

/// The probability of samples at least this far apart if the true ratio lies within (1 + margin)^-1
/// .. (1 + margin). It is below 1 - confidence where ratio_interval() lies outside that range.
double p_value(const RatioEvidence& evidence, double margin);
/// The same, one-sided, for "the candidate is not slower than (1 + margin)".
double p_slower(const RatioEvidence& evidence, double margin);

}  // namespace convgauge::measure
