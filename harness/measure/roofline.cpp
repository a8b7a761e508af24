// The roof is the lower of the compute peak and what the fastest memory level that holds the
// working set can feed.
#include "measure/roofline.hpp"

#include <algorithm>
#include "core/layers.hpp"

namespace convgauge::measure {
namespace {

/// The peak of the fastest instruction set with this many threads; 0 where none was measured.
double best_fma(std::span<const FmaPeak> peaks, int threads) {
  double best = 0;
  for (const auto& peak : peaks)
    if (peak.threads == threads) best = std::max(best, peak.flops);
  return best;
}

bool holds(const ReadPeak& peak, const Work& work) {
  if (peak.holds_bytes == 0) return true;
  return !work.cold && work.bytes <= static_cast<double>(peak.holds_bytes);
}

/// The fastest level among those that hold the working set; null where memory itself was not
/// measured.
const ReadPeak* source_of(const Work& work, std::span<const ReadPeak> reads) {
  const ReadPeak* best = nullptr;
  bool memory = false;
  for (const auto& peak : reads) {
    if (peak.threads != work.threads || peak.bytes_per_second <= 0 || !holds(peak, work)) continue;
    memory = memory || peak.holds_bytes == 0;
    if (!best || peak.bytes_per_second > best->bytes_per_second) best = &peak;
  }
  return memory ? best : nullptr;
}

}  // namespace

std::optional<Roof> roof_of(const Work& work, std::span<const FmaPeak> fma,
                            std::span<const ReadPeak> reads) {
  const double peak = best_fma(fma, work.threads);
  const auto* source = source_of(work, reads);
  if (peak <= 0 || !source || work.flops <= 0 || work.bytes <= 0) return std::nullopt;
  const double fed = work.flops / work.bytes * source->bytes_per_second;
  return Roof{std::min(peak, fed), source->level, peak <= fed};
}

}  // namespace convgauge::measure
