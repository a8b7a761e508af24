// Many comparisons at once: which of them to believe, and what they come to together.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "measure/evidence.hpp"

namespace convgauge {

/// Benjamini and Hochberg (1995): the smallest false discovery rate at which each is a discovery.
/// In the order given.
std::vector<double> false_discovery_rates(std::span<const double> p_values);

/// Holm (1979): p-values such that "at most alpha" is wrong anywhere with probability alpha at
/// most. In the order given.
std::vector<double> family_wise(std::span<const double> p_values);

/// The weighted geometric mean of ratios, with an interval: each case's ratio is drawn from what
/// its own samples say of it (its rank, then between the two neighbouring steps), and the means of
/// the draws are ordered. The interval of one case alone is thus that case's own. Draws are seeded:
/// the same evidence gives the same interval.
class GeometricMean {
 public:
  void add(const RatioEvidence& evidence, double weight);
  int cases() const { return cases_; }
  /// low and high are empty where a case has too few samples for an interval of its own. Needs a
  /// case.
  MedianInterval result(double confidence = 0.99) const;

 private:
  static constexpr std::size_t kDraws = 2000;  // 99%: ten draws beyond each end
  std::vector<double> sums_ = std::vector<double>(kDraws, 0.0);
  double weight_ = 0, sum_ = 0, least_confidence_ = 1;
  int cases_ = 0;
};

}  // namespace convgauge
