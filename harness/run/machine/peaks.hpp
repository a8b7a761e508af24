// How peaks are measured: the loops that this processor can run, and how long one of them runs at a
// time.
#pragma once
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

#include "core/layers.hpp"
#include "core/processors.hpp"
#include "measure/roofline.hpp"

namespace convgauge::run {

/// The loops of one instruction set.
struct Loops {
  const char* instruction_set;
  float (*fma)(std::int64_t repeats, float factor, float addend);
  int lanes;  // number of f32 in a vector
  std::uint64_t (*read)(const std::uint64_t* words, std::size_t count, std::int64_t passes);
};
/// The loops that this processor can run, the narrowest vectors first. All are measured, since the
/// widest are not always the fastest.
std::vector<Loops> loops_here();

/// Long compared with the 10 µs between the starts of the threads, short compared with a time
/// slice.
inline constexpr std::chrono::milliseconds kWindow{2};

inline double seconds(std::chrono::nanoseconds time) {
  return std::max(1e-9, std::chrono::duration<double>(time).count());
}

/// How many repeats fill a window, if `trial` repeats take `time`.
inline std::int64_t repeats_per_window(std::int64_t trial, std::chrono::nanoseconds time) {
  return std::max<std::int64_t>(
      1, static_cast<std::int64_t>(seconds(kWindow) / seconds(time) * static_cast<double>(trial)));
}

/// Keeps the compiler from dropping the computation of a result that is not used.
template <class T>
void keep(T value) {
  [[maybe_unused]] volatile T sink = value;
}

/// One for each instruction set, in about `budget`. `processors` in the order in which threads are
/// pinned to them (spread()).
std::vector<FmaPeak> fma_peaks(int threads, std::span<const Processor> processors,
                               std::chrono::milliseconds budget);

/// Sizes of what can be read from. 0: none, or not known.
struct Hierarchy {
  CacheSizes caches;  // one instance of each level
  std::int64_t memory_bytes = 0;
  std::int64_t room_bytes = 0;  // the most that the arrays of one level may take together
};
/// One for each level that can be told from the next smaller one, memory last, in about `budget`.
/// A level whose arrays do not fit into the room is left out; so is memory where they would not be
/// twice the caches, since reading them would measure those.
std::vector<ReadPeak> read_peaks(const Hierarchy& hierarchy, int threads,
                                 std::span<const Processor> processors,
                                 std::chrono::milliseconds budget);

/// Total size, for each level, of the caches that `threads` threads reach: one L1 and one L2 for
/// each core, one last-level cache for each group of cores that share it.
CacheSizes caches_reached(const CacheSizes& one, int threads,
                          std::span<const Processor> processors);

/// How many bytes each of `threads` threads reads over and over, so that they come from a level
/// whose caches hold `holds` bytes in total: half of its share of them, but at least twice its
/// share of `above`, the total of the next smaller level. 0: the two levels are too similar in
/// size.
std::int64_t share_bytes(std::int64_t holds, std::int64_t above, int threads);

}  // namespace convgauge::run
