// Why a measurement was skipped, in words; which samples of two measurements come from common
// rounds.
#include "measure/measurement.hpp"

#include <algorithm>
#include <cmath>

#include "core/layers.hpp"
#include "measure/statistics.hpp"

namespace convgauge::measure {

std::string sentence(const Skipped& skipped) {
  if (skipped.reason == SkipReason::other) return skipped.why;
  const std::string reason(word(skipped.reason));
  return skipped.why.empty() ? reason : reason + ": " + skipped.why;
}

std::vector<CommonRounds> rounds_by_process(const Measured& a, const Measured& b) {
  const auto processes = [](const Measured& m) {
    return m.samples_per_process.empty()
               ? std::vector{static_cast<std::int64_t>(m.samples_ns.size())}
               : m.samples_per_process;
  };
  std::vector<CommonRounds> all;
  const auto of_a = processes(a), of_b = processes(b);
  auto at_a = a.samples_ns.begin(), at_b = b.samples_ns.begin();
  for (std::size_t p = 0; p < std::min(of_a.size(), of_b.size()); ++p) {
    const auto rounds = std::min(of_a[p], of_b[p]);
    if (rounds > 0) all.push_back({{at_a, at_a + rounds}, {at_b, at_b + rounds}});
    at_a += of_a[p];
    at_b += of_b[p];
  }
  return all;
}

CommonRounds common_rounds(const Measured& a, const Measured& b) {
  CommonRounds common;
  for (const auto& process : rounds_by_process(a, b)) {
    common.a.insert(common.a.end(), process.a.begin(), process.a.end());
    common.b.insert(common.b.end(), process.b.begin(), process.b.end());
  }
  return common;
}

double largest_difference(const Measured& a, const Measured& b) {
  double largest = 0;
  for (const auto& process : rounds_by_process(a, b))
    largest = std::max(largest, std::expm1(std::abs(std::log(ratio(process.b, process.a).median))));
  return largest;
}

}  // namespace convgauge::measure
