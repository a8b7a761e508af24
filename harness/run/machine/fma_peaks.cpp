// The rate of each FMA loop on all threads at once, in its shortest time window.
#include "core/layers.hpp"
#include "run/machine/loops.hpp"
#include "run/machine/peaks.hpp"
#include "run/machine/team.hpp"

namespace convgauge::run {
namespace {

using std::chrono::milliseconds;

/// 0.999 x + 0.001 stays near 1: no overflow, no subnormal.
void multiply_add(const Loops& loops, std::int64_t repeats) {
  keep(loops.fma(repeats, 0.999f, 0.001f));
}

double fma_rate(const Loops& loops, int threads, std::span<const Processor> processors,
                milliseconds budget) {
  constexpr std::int64_t kTrial = 20'000;
  const auto window = [&](int team, milliseconds time, int least, std::int64_t repeats) {
    return shortest_window(
        team, processors, time, least, [](int) {}, [&](int) { multiply_add(loops, repeats); });
  };
  const auto repeats = repeats_per_window(kTrial, window(1, milliseconds{0}, 5, kTrial));
  const double flops = 2.0 * static_cast<double>(repeats) * kChains * loops.lanes * threads;
  return flops / seconds(window(threads, budget, 3, repeats));
}

}  // namespace

std::vector<Loops> loops_here() {
#if defined(__x86_64__)
  std::vector<Loops> all{{"sse2", fma_baseline, kBaselineLanes, read_baseline}};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    all.push_back({"avx2+fma", fma_avx2, kAvx2Lanes, read_avx2});
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl"))
    all.push_back({"avx512f", fma_avx512, kAvx512Lanes, read_avx512});
  return all;
#elif defined(__aarch64__)
  return {{"neon", fma_baseline, kBaselineLanes, read_baseline}};
#else
  return {{"portable", fma_baseline, kBaselineLanes, read_baseline}};
#endif
}

std::vector<FmaPeak> fma_peaks(int threads, std::span<const Processor> processors,
                               milliseconds budget) {
  const auto all = loops_here();
  const auto each = budget / static_cast<int>(all.size());
  std::vector<FmaPeak> peaks;
  for (const auto& loops : all)
    peaks.push_back({loops.instruction_set, threads, fma_rate(loops, threads, processors, each)});
  return peaks;
}

}  // namespace convgauge::run
