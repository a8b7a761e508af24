// Why a measurement was skipped, in words; which samples of two measurements come from common
// rounds.
#include "measure/measurement.hpp"

#include <algorithm>
#include "core/layers.hpp"

namespace convgauge::measure {

std::string sentence(const Skipped& skipped) {
  if (skipped.reason == SkipReason::other) return skipped.why;
  const std::string reason(word(skipped.reason));
  return skipped.why.empty() ? reason : reason + ": " + skipped.why;
}

CommonRounds common_rounds(const Measured& a, const Measured& b) {
  CommonRounds common;
  const auto processes = [](const Measured& m) {
    return m.samples_per_process.empty()
               ? std::vector{static_cast<std::int64_t>(m.samples_ns.size())}
               : m.samples_per_process;
  };
  const auto of_a = processes(a), of_b = processes(b);
  auto at_a = a.samples_ns.begin(), at_b = b.samples_ns.begin();
  for (std::size_t p = 0; p < std::min(of_a.size(), of_b.size()); ++p) {
    const auto rounds = std::min(of_a[p], of_b[p]);
    common.a.insert(common.a.end(), at_a, at_a + rounds);
    common.b.insert(common.b.end(), at_b, at_b + rounds);
    at_a += of_a[p];
    at_b += of_b[p];
  }
  return common;
}

}  // namespace convgauge::measure
