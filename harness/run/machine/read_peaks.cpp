// Reads arrays that fit into one level of the hierarchy but not into the next smaller one, over and
// over, by all threads at once.
#include <sys/mman.h>

#include <algorithm>
#include <set>
#include <utility>

#include "core/layers.hpp"
#include "run/machine/loops.hpp"
#include "run/machine/peaks.hpp"
#include "run/machine/team.hpp"

namespace convgauge::run {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

/// Anonymous memory, in huge pages where possible; converts to false if the system has no memory.
class Mapping {
 public:
  explicit Mapping(std::size_t bytes)
      : address_(mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)),
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

std::span<const Processor> used(int threads, std::span<const Processor> processors) {
  return processors.first(std::min(processors.size(), static_cast<std::size_t>(threads)));
}

/// Bytes of each thread's array for reading from memory: in total five times the last-level caches
/// that the threads reach, so that what the caches still hold of the previous pass hardly matters.
/// Fewer where there is no room for them, but at least twice the caches; else 0.
std::int64_t memory_share(const Hierarchy& hierarchy, const CacheSizes& reached, int threads) {
  constexpr std::int64_t kTimesCache = 5, kUnknownCache = 32 << 20;
  const auto cache = std::max({reached.l3_bytes, reached.l2_bytes, std::int64_t{0}});
  const auto wanted = kTimesCache * (cache > 0 ? cache : kUnknownCache);
  const auto bytes =
      hierarchy.memory_bytes > 0 ? std::min(wanted, hierarchy.memory_bytes / 8) : wanted;
  const auto room = hierarchy.room_bytes;
  if (room == 0 || bytes <= room) return bytes / threads;
  return room >= 2 * (wanted / kTimesCache) ? room / threads : 0;
}

/// Bytes per second of all threads together, each reading `share` bytes of its own; 0 if there is
/// no memory for them.
double read_rate(std::int64_t share, int threads, std::span<const Processor> processors,
                 milliseconds budget) {
  const auto count = static_cast<std::size_t>(share) / sizeof(std::uint64_t);
  const Mapping array(
      std::max<std::size_t>(1, count * sizeof(std::uint64_t) * static_cast<std::size_t>(threads)));
  if (!array || count == 0) return 0;
  const auto slice = [&](int thread) {
    return array.words() + static_cast<std::size_t>(thread) * count;
  };
  // Each thread touches its own pages first, so that they are allocated on its own NUMA node.
  const auto touch = [&](int thread) { std::fill_n(slice(thread), count, std::uint64_t{1}); };
  const auto all = loops_here();
  double best = 0;
  bool touched = false;
  for (const auto& loops : all) {
    const auto window = [&](int team, milliseconds time, int least, std::int64_t passes) {
      return shortest_window(
          team, processors, time, least, [&](int thread) { touched ? void() : touch(thread); },
          [&](int thread) { keep(loops.read(slice(thread), count, passes)); });
    };
    const auto trial = window(threads, milliseconds{0}, 2, 1);
    touched = true;
    const auto passes = repeats_per_window(1, trial);
    const auto time = window(threads, budget / static_cast<int>(all.size()), 2, passes);
    best = std::max(best, static_cast<double>(passes) * static_cast<double>(count) *
                              sizeof(std::uint64_t) * threads / seconds(time));
  }
  return best;
}

}  // namespace

CacheSizes caches_reached(const CacheSizes& one, int threads,
                          std::span<const Processor> processors) {
  std::set<std::pair<int, int>> cores;
  std::set<int> groups;
  for (const auto& p : used(threads, processors)) {
    cores.emplace(p.package, p.core);
    groups.insert(p.cache_group);
  }
  const auto own = static_cast<std::int64_t>(cores.size()),
             shared = static_cast<std::int64_t>(groups.size());
  return {one.l1_bytes * own, one.l2_bytes * own, one.l3_bytes * shared};
}

std::int64_t share_bytes(std::int64_t holds, std::int64_t above, int threads) {
  const auto least = 2 * above / threads, most = holds / threads;
  if (holds <= 0 || least > most * 3 / 4) return 0;
  return std::max(most / 2, least);
}

std::vector<ReadPeak> read_peaks(const Hierarchy& hierarchy, int threads,
                                 std::span<const Processor> processors, milliseconds budget) {
  const auto reached = caches_reached(hierarchy.caches, threads, processors);
  struct Level {
    const char* name;
    std::int64_t holds, share;
    int percent;  // of the budget; less for small arrays, whose passes are short
  };
  const Level levels[] = {
      {"l1", reached.l1_bytes, share_bytes(reached.l1_bytes, 0, threads), 15},
      {"l2", reached.l2_bytes, share_bytes(reached.l2_bytes, reached.l1_bytes, threads), 15},
      {"l3", reached.l3_bytes, share_bytes(reached.l3_bytes, reached.l2_bytes, threads), 25},
      {"memory", 0, memory_share(hierarchy, reached, threads), 45},
  };
  std::vector<ReadPeak> peaks;
  for (const auto& level : levels) {
    if (hierarchy.room_bytes > 0 && level.share > hierarchy.room_bytes / threads) continue;
    if (const auto rate = read_rate(level.share, threads, processors, budget * level.percent / 100);
        rate > 0)
      peaks.push_back({level.name, threads, level.holds, rate});
  }
  return peaks;
}

}  // namespace convgauge::run
