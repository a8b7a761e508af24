// One half of the rounds chooses, the other reports, so that a lucky choice does not look better
// than it is. The reporting half is the larger one: of the default 15 rounds it has 8, the fewest
// that give a 99% interval.
#pragma once
#include <cstddef>

#include "core/layers.hpp"
#include "measure/measurement.hpp"

namespace convgauge::report {

enum class Half { choosing, reporting, all };

/// With fewer samples than this, both halves are all of them.
inline constexpr std::size_t kLeastToHalve = 4;

/// The samples of that half, with their processes. Round r of process p reports where r + p is
/// even. So the halves of two cases pair up, by common_rounds(), as the whole cases do; that needs
/// the same choice of halving for both.
inline Measured half_of(const Measured& measured, Half half) {
  const auto& samples = measured.samples_ns;
  auto processes = measured.samples_per_process;
  if (processes.empty()) processes = {static_cast<std::int64_t>(samples.size())};
  Measured kept;
  std::size_t at = 0;
  for (std::size_t p = 0; p < processes.size(); ++p) {
    const auto before = kept.samples_ns.size();
    for (std::int64_t r = 0; r < processes[p] && at < samples.size(); ++r, ++at)
      if (half == Half::all ||
          ((static_cast<std::size_t>(r) + p) % 2 == 0) == (half == Half::reporting))
        kept.samples_ns.push_back(samples[at]);
    kept.samples_per_process.push_back(static_cast<std::int64_t>(kept.samples_ns.size() - before));
  }
  return kept;
}

}  // namespace convgauge::report
