// What a set of samples says, and with what confidence. No clock, no process.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/layers.hpp"

namespace convgauge::measure {

/// With fewer samples there is no 99% interval of the median.
inline constexpr int kLeastSamples = 8;

/// The median with its distribution-free interval: order statistics l and u with P(x_(l) <= median
/// <= x_(u)) = confidence, the narrowest symmetric one that reaches the requested confidence. With
/// too few samples (under kLeastSamples for 99%) low and high are empty and confidence is what the
/// whole range would achieve, 1 - 2^(1-n).
struct MedianInterval {
  double median = 0;
  std::optional<double> low, high;
  double confidence = 0;
  bool operator==(const MedianInterval&) const = default;
};

/// The middle value, or the mean of the middle two; not empty.
double median_of_sorted(std::span<const double> ascending);
double median(std::vector<double> values);

/// The standard deviation of a normal distribution that has the same median absolute deviation from
/// `center` as the values, which are not empty: that deviation times 1.4826, which is 1 /
/// quantile(3/4) of the standard normal distribution.
double normal_deviation(std::span<const double> values, double center);

/// `samples` not empty; any order.
MedianInterval median_interval(std::span<const double> samples, double confidence = 0.99);

/// One measured case. Samples are nanoseconds per execution, in the order they were taken.
struct Summary {
  MedianInterval interval;
  double min = 0, mad = 0;     // median absolute deviation from the median
  double autocorrelation = 0;  // lag 1
  bool drift = false;          // Mann-Kendall at 1%: samples trend with time
  bool operator==(const Summary&) const = default;
};
Summary summarize(std::span<const double> samples);

/// a over b, sample by sample of the same rounds: the median of the ratios, with its interval.
MedianInterval ratio(std::span<const double> a, std::span<const double> b,
                     double confidence = 0.99);

/// Order of `count` backends in round `round`: a seeded permutation that is mirrored from each even
/// round to the following odd one (A B C, C B A).
std::vector<int> round_order(int count, int round, std::uint64_t seed);

}  // namespace convgauge::measure
