// Intervals from order statistics, and signs that samples were not as independent as these assume.
#include "measure/statistics.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "core/layers.hpp"
#include "measure/distributions.hpp"

namespace convgauge::measure {
namespace {

std::vector<double> sorted(std::span<const double> values) {
  std::vector<double> copy(values.begin(), values.end());
  std::sort(copy.begin(), copy.end());
  return copy;
}

/// Walks P(B <= k) for B ~ Binomial(n, 1/2), k = 0, 1, ... Binomial coefficients are whole numbers,
/// so the sums are exact while they fit 53 bits (n <= 50); scaling by powers of two keeps any n
/// within range.
class BinomialTail {
 public:
  explicit BinomialTail(std::int64_t n) : n_(n) {}
  double probability() const { return std::ldexp(sum_, exponent_ - static_cast<int>(n_)); }
  void advance() {
    coefficient_ = coefficient_ * static_cast<double>(n_ - k_) / static_cast<double>(k_ + 1);
    sum_ += coefficient_;
    ++k_;
    if (sum_ < 0x1p500) return;
    coefficient_ = std::ldexp(coefficient_, -500);
    sum_ = std::ldexp(sum_, -500);
    exponent_ += 500;
  }

 private:
  std::int64_t n_, k_ = 0;
  double coefficient_ = 1, sum_ = 1;  // C(n, k) and its running sum, both over 2^exponent
  int exponent_ = 0;
};

/// The range of the samples without the `dropped` lowest and highest covers the median with
/// probability `confidence`.
struct Coverage {
  std::int64_t dropped = 0;
  double confidence = 0;
};

/// P(x_(k+1) <= median <= x_(n-k)) = 1 - 2 P(B <= k): the largest k that still reaches the
/// confidence.
std::optional<Coverage> narrowest(std::int64_t n, double confidence) {
  std::optional<Coverage> best;
  BinomialTail tail(n);
  for (std::int64_t k = 0; 2 * k < n; ++k, tail.advance()) {
    const double reached = 1 - 2 * tail.probability();
    if (reached < confidence) break;
    best = Coverage{k, reached};
  }
  return best;
}

double median_absolute_deviation(std::span<const double> values, double center) {
  std::vector<double> deviations(values.size());
  std::transform(values.begin(), values.end(), deviations.begin(),
                 [&](double x) { return std::abs(x - center); });
  return median(std::move(deviations));
}

/// sum (x_i - mean)(x_i+1 - mean) / sum (x_i - mean)^2; 0 for fewer than 3 samples, and where all
/// are equal.
double lag_one_autocorrelation(std::span<const double> x) {
  const auto [low, high] = std::minmax_element(x.begin(), x.end());
  // Compares the samples themselves: equal samples may differ from their rounded mean.
  if (x.size() < 3 || *low == *high) return 0;
  const double mean = std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
  double products = 0, squares = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    squares += (x[i] - mean) * (x[i] - mean);
    if (i + 1 < x.size()) products += (x[i] - mean) * (x[i + 1] - mean);
  }
  return products / squares;
}

/// m (m - 1) (2m + 5): the weight of m samples, or of m equal ones, in the variance of
/// Mann-Kendall's S.
double kendall_weight(std::size_t m) {
  const auto count = static_cast<double>(m);
  return count * (count - 1) * (2 * count + 5);
}

double kendall_variance(std::span<const double> ascending) {
  double weight = kendall_weight(ascending.size());
  for (auto first = ascending.begin(); first != ascending.end();) {
    const auto next = std::upper_bound(first, ascending.end(), *first);
    weight -= kendall_weight(static_cast<std::size_t>(next - first));
    first = next;
  }
  return weight / 18;
}

/// Mann (1945), Kendall (1975): S = sum over i < j of sign(x_j - x_i) is about normal, with a
/// correction for ties and one for continuity. It depends on the order of the samples only, so that
/// no outlier can cause or hide a drift.
bool drifts(std::span<const double> x, std::span<const double> ascending) {
  static const double kTwoSidedOnePercent = normal_beyond(0.005);
  std::int64_t s = 0;
  for (std::size_t i = 0; i < x.size(); ++i)
    for (std::size_t j = i + 1; j < x.size(); ++j) s += (x[j] > x[i]) - (x[j] < x[i]);
  const double distance = static_cast<double>(std::abs(s)) - 1;
  return distance > 0 && distance > kTwoSidedOnePercent * std::sqrt(kendall_variance(ascending));
}

MedianInterval interval_of_sorted(std::span<const double> ascending, double confidence) {
  const auto n = static_cast<std::int64_t>(ascending.size());
  MedianInterval interval{
      .median = median_of_sorted(ascending), .low = {}, .high = {}, .confidence = 0};
  if (const auto coverage = narrowest(n, confidence)) {
    interval.low = ascending[static_cast<std::size_t>(coverage->dropped)];
    interval.high = ascending[static_cast<std::size_t>(n - 1 - coverage->dropped)];
    interval.confidence = coverage->confidence;
  } else {
    interval.confidence = 1 - std::ldexp(1.0, static_cast<int>(1 - n));
  }
  return interval;
}

}  // namespace

double median_of_sorted(std::span<const double> ascending) {
  const auto half = ascending.size() / 2;
  return ascending.size() % 2 == 1 ? ascending[half]
                                   : std::midpoint(ascending[half - 1], ascending[half]);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return median_of_sorted(values);
}

double normal_deviation(std::span<const double> values, double center) {
  return 1.4826 * median_absolute_deviation(values, center);
}

MedianInterval median_interval(std::span<const double> samples, double confidence) {
  assert(!samples.empty());
  return interval_of_sorted(sorted(samples), confidence);
}

Summary summarize(std::span<const double> samples) {
  assert(!samples.empty());
  const auto ascending = sorted(samples);
  Summary summary;
  summary.interval = interval_of_sorted(ascending, 0.99);
  summary.min = ascending.front();
  summary.mad = median_absolute_deviation(samples, summary.interval.median);
  summary.autocorrelation = lag_one_autocorrelation(samples);
  summary.drift = drifts(samples, ascending);
  return summary;
}

MedianInterval ratio(std::span<const double> a, std::span<const double> b, double confidence) {
  assert(a.size() == b.size() && !a.empty());
  std::vector<double> ratios(a.size());
  std::transform(a.begin(), a.end(), b.begin(), ratios.begin(),
                 [](double x, double y) { return x / y; });
  return median_interval(ratios, confidence);
}

}  // namespace convgauge::measure
