// Many comparisons at once: which of them are significant, and their combined result.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/layers.hpp"
#include "measure/evidence.hpp"

namespace convgauge::measure {

/// Benjamini and Hochberg (1995): for each p-value the smallest false discovery rate at which it is
/// significant. In the order given.
std::vector<double> false_discovery_rates(std::span<const double> p_values);

/// Holm (1979): adjusted p-values. If all that are at most alpha are called significant, the
/// probability of any false one is at most alpha. In the order given.
std::vector<double> family_wise(std::span<const double> p_values);

/// The weighted geometric mean of ratios, with an interval by simulation: in each of kDraws draws,
/// the log-ratio of every case is drawn from the distribution that its own samples give it (first a
/// rank, then a value between the two neighbouring log-ratios), and the interval is taken from the
/// sorted means. The interval of one case alone is thus its own. Draws are seeded: the same
/// evidence gives the same interval.
class GeometricMean {
 public:
  void add(const RatioEvidence& evidence, double weight);
  int cases() const { return cases_; }
  /// low and high are empty where any case has too few samples for an interval of its own. At least
  /// one case must have been added.
  MedianInterval result(double confidence = 0.99) const;

 private:
  static constexpr std::size_t kDraws = 2000;  // at 99% ten draws lie beyond each end
  std::vector<double> sums_ = std::vector<double>(kDraws, 0.0);
  double weight_ = 0, sum_ = 0, least_confidence_ = 1;
  int cases_ = 0;
};

/// The ratio of two sums of times, from the ratios of their parts: the arithmetic mean of these,
/// weighted by the time of each part in the sum below the line. Its interval is that of the part
/// where only one differs. Of several, the variances of the distributions that their own samples
/// give them (a rank, then a value between the two neighbouring ratios: Xie and Singh 2013, 2.1)
/// add up with their squared weights, apart for what lies below and above the medians, and the sum
/// is taken as normal on either side (Guide to the Expression of Uncertainty in Measurement, JCGM
/// 100:2008, 5.1.2 and G.2; Wallis, The two-piece normal distribution, 2014).
class RatioOfSums {
 public:
  /// `time` above 0: of the part in the sum below the line.
  void add(const RatioEvidence& evidence, double time);
  /// A part that both sums have.
  void add_common(double time);
  /// low and high are empty where any part has too few samples for an interval of its own.
  /// Something must have been added.
  MedianInterval result(double confidence = 0.99) const;

 private:
  double below_ = 0, common_ = 0, above_ = 0;
  double low_variance_ = 0, high_variance_ = 0;  // of above_
  int parts_ = 0;
  RatioEvidence last_;
  double last_time_ = 0;
  std::size_t least_samples_ = 0;
};

}  // namespace convgauge::measure
