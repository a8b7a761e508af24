#include "measure/many.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "core/layers.hpp"
#include "core/split_mix.hpp"
#include "measure/distributions.hpp"

namespace convgauge::measure {
namespace {

std::vector<std::size_t> ascending(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  return order;
}

/// A random log-ratio: a rank drawn from the distribution, then a value between the two
/// neighbouring log-ratios.
double draw(const RatioEvidence& evidence, SplitMix& random) {
  const auto& law = *evidence.law;
  const auto below = std::upper_bound(law.begin(), law.end(), random.unit()) - law.begin();
  const auto last = evidence.steps.size() - 1;
  const auto rank = std::min(static_cast<std::size_t>(below), last + 1);
  const double low = evidence.steps[rank == 0 ? 0 : rank - 1],
               high = evidence.steps[std::min(rank, last)];
  return low + (high - low) * random.unit();
}

/// For ratios drawn as draw() does: twice the mean squared distance of those below `middle`, and of
/// those above it; the variance for a symmetric distribution.
std::pair<double, double> spreads(const RatioEvidence& evidence, double middle) {
  const auto& steps = evidence.steps;
  const auto distance = [&](std::size_t i) { return std::exp(steps[i]) - middle; };
  double below = 0, above = 0, passed = 0;
  for (std::size_t rank = 0; rank <= steps.size(); ++rank) {
    const double p = (*evidence.law)[rank] - passed;
    const double low = distance(rank == 0 ? 0 : rank - 1),
                 high = distance(std::min(rank, steps.size() - 1));
    const auto part = [&](double a, double b) { return (a * a + a * b + b * b) / 3; };
    const double whole = high - low,
                 under = whole > 0 ? std::clamp(-low / whole, 0.0, 1.0) : low < 0;
    below += 2 * p * under * part(std::min(low, 0.0), std::min(high, 0.0));
    above += 2 * p * (1 - under) * part(std::max(low, 0.0), std::max(high, 0.0));
    passed = (*evidence.law)[rank];
  }
  return {below, above};
}

}  // namespace

std::vector<double> false_discovery_rates(std::span<const double> p_values) {
  const auto order = ascending(p_values);
  std::vector<double> rates(p_values.size());
  double least = 1;
  for (std::size_t rank = order.size(); rank > 0; --rank) {
    const auto i = order[rank - 1];
    least = std::min(least,
                     p_values[i] * static_cast<double>(order.size()) / static_cast<double>(rank));
    rates[i] = least;
  }
  return rates;
}

std::vector<double> family_wise(std::span<const double> p_values) {
  const auto order = ascending(p_values);
  std::vector<double> adjusted(p_values.size());
  double most = 0;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    most = std::max(most, p_values[order[rank]] * static_cast<double>(order.size() - rank));
    adjusted[order[rank]] = std::min(most, 1.0);
  }
  return adjusted;
}

void GeometricMean::add(const RatioEvidence& evidence, double weight) {
  assert(!evidence.steps.empty() && weight > 0);
  SplitMix random(static_cast<std::uint64_t>(++cases_));
  for (double& sum : sums_) sum += weight * draw(evidence, random);
  const auto own = ratio_interval(evidence);
  sum_ += weight * std::log(own.median);
  weight_ += weight;
  least_confidence_ = std::min(least_confidence_, own.confidence);
}

MedianInterval GeometricMean::result(double confidence) const {
  assert(cases_ > 0);
  MedianInterval mean{std::exp(sum_ / weight_), {}, {}, least_confidence_};
  if (least_confidence_ < confidence) return mean;
  auto sums = sums_;
  std::sort(sums.begin(), sums.end());
  const auto beyond =
      static_cast<std::size_t>(std::floor((1 - confidence) / 2 * static_cast<double>(kDraws)));
  mean.low = std::exp(sums[beyond] / weight_);
  mean.high = std::exp(sums[kDraws - 1 - beyond] / weight_);
  mean.confidence = confidence;
  return mean;
}

void RatioOfSums::add(const RatioEvidence& evidence, double time) {
  assert(!evidence.steps.empty() && time > 0);
  const double middle = std::exp(median_of_sorted(evidence.steps));
  above_ += time * middle;
  below_ += time;
  const auto [low, high] = spreads(evidence, middle);
  low_variance_ += time * time * low;
  high_variance_ += time * time * high;
  least_samples_ =
      parts_ == 0 ? evidence.steps.size() : std::min(least_samples_, evidence.steps.size());
  ++parts_;
  last_ = evidence;
  last_time_ = time;
}

void RatioOfSums::add_common(double time) {
  common_ += time;
  above_ += time;
  below_ += time;
}

MedianInterval RatioOfSums::result(double confidence) const {
  assert(below_ > 0);
  MedianInterval all{above_ / below_, {}, {}, confidence};
  if (parts_ == 0) return {1, 1, 1, 1};
  if (parts_ == 1) {
    const auto own = ratio_interval(last_, confidence);
    const auto in_all = [&](double ratio) { return (common_ + last_time_ * ratio) / below_; };
    if (own.low) all.low = in_all(*own.low), all.high = in_all(*own.high);
    all.confidence = own.confidence;
    return all;
  }
  all.confidence = 1 - std::ldexp(2, -static_cast<int>(least_samples_));
  if (all.confidence < confidence) return all;
  const double reach = normal_beyond((1 - confidence) / 2) / below_;
  all.low = all.median - reach * std::sqrt(low_variance_);
  all.high = all.median + reach * std::sqrt(high_variance_);
  all.confidence = confidence;
  return all;
}

}  // namespace convgauge::measure
