// What two sets of samples say about the ratio of their times, before any confidence or margin is
// chosen.
#pragma once
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "measure/statistics.hpp"

namespace convgauge {

/// Laws of ranks, each computed once. law[k] = P(K <= k).
class RankLaws {
 public:
  /// K of n fair coins: how many of n samples lie below their true median.
  const std::vector<double>& sign(std::size_t n);
  /// Mann and Whitney's U of n against m samples that differ by a factor alone: how many of their n
  /// m ratios lie below that factor. Exact up to n m = 10,000, beyond it normal with a correction
  /// for continuity.
  const std::vector<double>& rank_sum(std::size_t n, std::size_t m);

 private:
  std::map<std::size_t, std::vector<double>> sign_;
  std::map<std::pair<std::size_t, std::size_t>, std::vector<double>> rank_sum_;
};

/// Candidate times over baseline times: log-ratios in ascending order, and how many of them lie
/// below the true one. Interval, p-value and draws of one case all come from these, so that they
/// cannot contradict each other.
struct RatioEvidence {
  std::vector<double> steps;
  const std::vector<double>* law = nullptr;  // of a RankLaws that outlives this
};

/// Sample i of both comes from round i of one run: their ratios, whose true median is asked for.
/// Beyond the shorter of the two nothing is used. Neither empty, every sample above 0.
RatioEvidence paired_evidence(std::span<const double> candidate, std::span<const double> baseline,
                              RankLaws& laws);

/// Samples of different runs: all ratios of one with one (Hodges and Lehmann, 1963). Assumes that
/// the samples of each run are independent and that the two differ by a factor: a machine that
/// drifts between the runs is such a factor.
RatioEvidence unpaired_evidence(std::span<const double> candidate, std::span<const double> baseline,
                                RankLaws& laws);

/// The ratio (1.05: the candidate takes 5% longer) with its interval; as median_interval(), low and
/// high are empty where the samples are too few.
MedianInterval ratio_interval(const RatioEvidence& evidence, double confidence = 0.99);

/// How probable samples at least this far apart are if the true ratio lies within (1 + margin)^-1
/// .. (1 + margin). Below 1 - confidence where ratio_interval() lies outside that range.
double p_value(const RatioEvidence& evidence, double margin);
/// The same for "the candidate is not slower than (1 + margin)": one-sided.
double p_slower(const RatioEvidence& evidence, double margin);

}  // namespace convgauge
