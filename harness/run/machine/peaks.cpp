// measure_peaks(): the widest loops this processor can run, and reads of an array that no cache holds.
#include <sys/mman.h>

#include <algorithm>
#include <set>

#include "run/machine/fma.hpp"
#include "run/machine/machine.hpp"
#include "run/machine/team.hpp"

namespace convgauge {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr milliseconds kWindow{2};  // long against the 10 µs by which threads start apart, short against a time slice

double seconds(nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

struct FmaLoop {
  float (*run)(std::int64_t repeats, float factor, float addend);
  int lanes;
  double flops(std::int64_t repeats) const { return 2.0 * static_cast<double>(repeats) * kChains * lanes; }
};

/// Every loop that this processor can run: the widest is not always the fastest.
std::vector<FmaLoop> fma_loops() {
  std::vector<FmaLoop> loops{{fma_baseline, kBaselineLanes}};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) loops.push_back({fma_avx2, kAvx2Lanes});
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl"))
    loops.push_back({fma_avx512, kAvx512Lanes});
#endif
  return loops;
}

/// Keeps a result alive that nobody asks for.
template <class T>
void keep(T value) {
  [[maybe_unused]] volatile T sink = value;
}

/// 0.999 x + 0.001 stays near 1: no overflow, no subnormal.
void multiply_add(const FmaLoop& loop, std::int64_t repeats) {
  keep(loop.run(repeats, 0.999f, 0.001f));
}

std::int64_t repeats_per_window(const FmaLoop& loop, std::span<const Processor> processors) {
  constexpr std::int64_t kTrial = 20'000;
  const auto trial = shortest_window(
      1, processors, milliseconds{0}, 5, [](int) {}, [&](int) { multiply_add(loop, kTrial); });
  const double windows = seconds(kWindow) / std::max(seconds(trial), 1e-9);
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(windows * kTrial));
}

double fma_rate(int threads, std::span<const Processor> processors, milliseconds budget) {
  const auto loops = fma_loops();
  double best = 0;
  for (const auto& loop : loops) {
    const auto repeats = repeats_per_window(loop, processors);
    const auto time = shortest_window(
        threads, processors, budget / static_cast<int>(loops.size()), 3, [](int) {},
        [&](int) { multiply_add(loop, repeats); });
    best = std::max(best, threads * loop.flops(repeats) / seconds(time));
  }
  return best;
}

/// Anonymous memory, in huge pages where there are any; empty if the system has none to give.
class Mapping {
 public:
  explicit Mapping(std::size_t bytes)
      : address_(mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)),
        bytes_(bytes) {
    if (*this) madvise(address_, bytes, MADV_HUGEPAGE);
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() {
    if (*this) munmap(address_, bytes_);
  }
  explicit operator bool() const { return address_ != MAP_FAILED; }
  std::uint64_t* words() const { return static_cast<std::uint64_t*>(address_); }

 private:
  void* address_;
  std::size_t bytes_;
};

/// Five times the last-level caches that the threads reach, so that what is left of the last pass hardly matters.
std::size_t array_bytes(const Machine& machine, int threads, std::span<const Processor> processors) {
  constexpr std::int64_t kTimesCache = 5, kUnknownCache = 32 << 20;
  std::set<int> caches;
  for (std::size_t i = 0; i < std::min(processors.size(), static_cast<std::size_t>(threads)); ++i)
    caches.insert(processors[i].cache_group);
  const auto cache = std::max({machine.l3_bytes, machine.l2_bytes, std::int64_t{0}});
  const auto wanted = kTimesCache * (cache > 0 ? cache : kUnknownCache) * static_cast<std::int64_t>(caches.size());
  return static_cast<std::size_t>(machine.memory_bytes > 0 ? std::min(wanted, machine.memory_bytes / 8) : wanted);
}

double read_rate(const Machine& machine, int threads, std::span<const Processor> processors, milliseconds budget) {
  const std::size_t count = array_bytes(machine, threads, processors) / static_cast<std::size_t>(threads) / 8;
  const Mapping array(count * 8 * static_cast<std::size_t>(threads));
  if (!array || count == 0) return 0;
  const auto slice = [&](int thread) { return array.words() + static_cast<std::size_t>(thread) * count; };
  // The thread that reads a page is the first to touch it, and so finds it on its own node.
  const auto begin = [&](int thread) { std::fill_n(slice(thread), count, std::uint64_t{1}); };
  const auto time = shortest_window(threads, processors, budget, 3, begin,
                                    [&](int thread) { keep(read_words(slice(thread), count)); });
  return static_cast<double>(count) * 8 * threads / seconds(time);
}

}  // namespace

void measure_peaks(Machine& machine, std::span<const int> threads, milliseconds budget) {
  if (threads.empty()) return;
  const auto processors = spread(read_processors(kProcessorFolder, allowed_processors()));
  const auto each = budget / (2 * static_cast<std::int64_t>(threads.size()));
  for (const int count : threads) {
    if (count < 1) continue;
    machine.fma_flops[count] = fma_rate(count, processors, each);
    if (const double rate = read_rate(machine, count, processors, each); rate > 0)
      machine.bytes_per_second[count] = rate;
  }
}

}  // namespace convgauge
