#include "measure/quiet.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/layers.hpp"
#include "measure/statistics.hpp"

namespace convgauge::measure {
namespace {

constexpr double kLoudShare = 0.05;

bool loud(const SampleLoad& load) {
  return load.waited_share > kLoudShare || load.steal_ns > 0;
}

double sum(std::span<const SampleLoad> loads, double SampleLoad::*field) {
  double total = 0;
  for (const auto& load : loads) total += load.*field;
  return total;
}

}  // namespace

bool quiet(const SampleLoad& load) {
  return load.waited_share <= kQuietShare && load.steal_ns <= 0;
}

bool quieter(const SampleLoad& a, const SampleLoad& b) {
  return a.steal_ns != b.steal_ns ? a.steal_ns < b.steal_ns : a.waited_share < b.waited_share;
}

std::optional<std::string> too_loud(std::span<const SampleLoad> loads, std::int64_t discarded) {
  const auto bad = static_cast<std::size_t>(std::count_if(loads.begin(), loads.end(), loud));
  if (loads.size() < std::size_t{kLeastSamples} || 2 * bad <= loads.size()) return std::nullopt;
  const auto n = static_cast<double>(loads.size());
  return fmt::format(
      "the machine was too loud: {} of {} samples lost over {:g}% of their time to other processes "
      "or the hypervisor, "
      "{:.0f}% on average, though {} were taken again; others used {:.0f} ms of CPU on its cores, "
      "{:.0f} ms were "
      "stolen, load average {:.2g}",
      bad, loads.size(), kLoudShare * 100, sum(loads, &SampleLoad::waited_share) / n * 100,
      discarded, sum(loads, &SampleLoad::others_ns) / 1e6, sum(loads, &SampleLoad::steal_ns) / 1e6,
      sum(loads, &SampleLoad::load_average) / n);
}

}  // namespace convgauge::measure
