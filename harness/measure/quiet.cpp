#include "measure/quiet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "core/layers.hpp"
#include "measure/statistics.hpp"

namespace convgauge::measure {
namespace {

constexpr double kLoudShare = 0.05;

double sum(std::span<const SampleLoad> loads, double SampleLoad::*field) {
  double total = 0;
  for (const auto& load : loads) total += load.*field;
  return total;
}

}  // namespace

double lost_share(const SampleLoad& load, double sample_ns) {
  return load.waited_share + load.steal_ns / std::max(1.0, sample_ns);
}

std::optional<std::string> too_loud(const Measured& measured) {
  const auto& loads = measured.loads;
  const auto count = std::min(loads.size(), measured.samples_ns.size());
  std::size_t bad = 0;
  double lost = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto share = lost_share(
        loads[i], measured.samples_ns[i] * static_cast<double>(measured.executions_per_sample));
    bad += share > kLoudShare;
    lost += share;
  }
  const bool few = count < std::size_t{kLeastSamples};
  if (few ? bad == 0 : 2 * bad <= count) return std::nullopt;
  const auto n = static_cast<double>(count);
  return fmt::format(
      "the machine was too loud: {} of {} samples lost over {:g}% of their time to other "
      "processes, "
      "a CPU quota or the hypervisor, {:.0f}% on average, though {} were taken again; others used "
      "{:.0f} ms of CPU on its cores, {:.0f} ms were stolen, load average {:.2g}{}",
      bad, count, kLoudShare * 100, lost / n * 100, measured.discarded,
      sum(loads, &SampleLoad::others_ns) / 1e6, sum(loads, &SampleLoad::steal_ns) / 1e6,
      sum(loads, &SampleLoad::load_average) / n,
      few ? fmt::format("; of fewer than {} samples none may", kLeastSamples) : "");
}

}  // namespace convgauge::measure
