#include "measure/doubt.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/layers.hpp"
#include "measure/statistics.hpp"

namespace convgauge::measure {
namespace {

// Threads that spin while the worker waits for its next request count too.
constexpr double kMostShare = 1.25;
constexpr double kClockError = 0.05;
// The peaks are measured to a few percent.
constexpr double kBeyond = 1.2;

/// Taps of all outputs of one axis that lie on an input.
double taps_on_input(const Axis& a) {
  double taps = 0;
  for (std::int64_t o = 0; o < a.output(); ++o)
    for (std::int64_t k = 0; k < a.kernel; ++k) {
      const auto at = o * a.stride + k * a.dilation - a.pad_before;
      taps += at >= 0 && at < a.input;
    }
  return taps;
}

double most(auto peaks, int threads, auto rate) {
  double best = 0;
  for (const auto& peak : peaks)
    if (peak.threads == threads) best = std::max(best, rate(peak));
  return best;
}

}  // namespace

double cpu_share(const CpuOfCall& call, int threads) {
  const double beside = std::clamp(call.passed - call.told, 0.0, std::max(0.0, call.kept_waiting));
  return call.cpu / std::max(1.0, call.told + beside) / threads;
}

std::optional<std::string> doubtful_cpu(std::span<const double> shares, int threads) {
  if (shares.empty()) return std::nullopt;
  const double share = median_interval({shares.begin(), shares.end()}).median;
  if (share <= kMostShare) return std::nullopt;
  return fmt::format(
      "in each ms that it told, its threads had {:.2g} ms of CPU time, where {} {} allowed: its "
      "clock is slow, or it used more threads",
      share * threads, threads, threads == 1 ? "thread is" : "threads are");
}

std::optional<std::string> doubtful_clock(std::span<const double> shares) {
  if (shares.empty()) return std::nullopt;
  const double share = median_interval({shares.begin(), shares.end()}).median;
  if (std::abs(share - 1) <= kClockError) return std::nullopt;
  return fmt::format("its clock told {:.2g} ms of each ms that the processor counted", share);
}

double least_flops(const Geometry& g) {
  if (g.padding_mode != PaddingMode::zeros) return static_cast<double>(g.flops());
  return 2.0 * static_cast<double>(g.batch * g.out_channels * g.group_inputs()) *
         taps_on_input(g.h) * taps_on_input(g.w);
}

FastestTime fastest_time(double flops, double bytes, int threads, std::span<const FmaPeak> fma,
                         std::span<const ReadPeak> reads) {
  const double rate = most(fma, threads, [](const FmaPeak& p) { return p.flops; });
  const double width = most(reads, threads, [](const ReadPeak& p) { return p.bytes_per_second; });
  return {rate > 0 ? flops / rate * 1e9 : 0, width > 0 ? bytes / width * 1e9 : 0};
}

std::optional<std::string> beyond_machine(double median_ns, const FastestTime& fastest) {
  const auto told = [median_ns](std::string_view what, double ns) {
    return fmt::format("it told {:.3g} µs, but {} takes {:.3g} µs", median_ns / 1e3, what,
                       ns / 1e3);
  };
  if (median_ns * kBeyond < fastest.compute_ns)
    return told("its arithmetic at the processor's measured peak", fastest.compute_ns);
  if (median_ns * kBeyond < fastest.bytes_ns)
    return told("to read as many bytes from the fastest cache", fastest.bytes_ns);
  return std::nullopt;
}

}  // namespace convgauge::measure
