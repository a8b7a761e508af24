#include "measure/many.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "core/layers.hpp"
#include "core/split_mix.hpp"

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

}  // namespace convgauge::measure
