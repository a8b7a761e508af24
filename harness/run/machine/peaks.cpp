// measure_peaks(): arithmetic and reading for every number of threads. fma_flops keeps the best
// arithmetic peak, bytes_per_second the peak of memory.
#include "run/machine/peaks.hpp"

#include <algorithm>

#include "core/layers.hpp"
#include "core/system_memory.hpp"
#include "run/machine/machine.hpp"

namespace convgauge::run {

std::int64_t last_level_bytes(const Machine& machine, int threads) {
  const auto processors = spread(read_topology().processors);
  const auto reached =
      caches_reached({machine.l1_bytes, machine.l2_bytes, machine.l3_bytes}, threads, processors);
  return reached.l3_bytes > 0 ? reached.l3_bytes : reached.l2_bytes;
}

void measure_peaks(Machine& machine, std::span<const int> threads,
                   std::chrono::milliseconds budget) {
  if (threads.empty()) return;
  const auto processors = spread(read_topology().processors);
  // Half of what may be taken: the arrays are the only thing that the driver holds now.
  // A quick look takes little: the system clears new memory first, about 1 GB in a second.
  constexpr double kMostKnown = 1e18, kMostOfALook = 256 << 20;
  const double most = budget < kPeakBudget ? kMostOfALook : kMostKnown;
  const auto room = static_cast<std::int64_t>(std::min(most, memory_room().bytes / 2));
  const Hierarchy hierarchy{
      {machine.l1_bytes, machine.l2_bytes, machine.l3_bytes}, machine.memory_bytes, room};
  const auto each = budget / (2 * static_cast<std::int64_t>(threads.size()));
  for (const int count : threads) {
    if (count < 1) continue;
    for (auto& peak : fma_peaks(count, processors, each)) {
      auto& best = machine.fma_flops[count];
      best = std::max(best, peak.flops);
      machine.fma_peaks.push_back(std::move(peak));
    }
    for (auto& peak : read_peaks(hierarchy, count, processors, each)) {
      if (peak.level == "memory") machine.bytes_per_second[count] = peak.bytes_per_second;
      machine.read_peaks.push_back(std::move(peak));
    }
  }
}

}  // namespace convgauge::run
