// What peaks are made of: the loops that this processor can run, and how long one of them runs at a
// time.
#pragma once
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

#include "core/processors.hpp"
#include "measure/roofline.hpp"

namespace convgauge {

/// The loops of one instruction set.
struct Loops {
  const char* instruction_set;
  float (*fma)(std::int64_t repeats, float factor, float addend);
  int lanes;  // f32, of a vector
  std::uint64_t (*read)(const std::uint64_t* words, std::size_t count, std::int64_t passes);
};
/// Those that this processor can run, the narrowest first: the widest is not always the fastest.
std::vector<Loops> loops_here();

/// Long against the 10 µs by which threads start apart, short against a time slice.
inline constexpr std::chrono::milliseconds kWindow{2};

inline double seconds(std::chrono::nanoseconds time) {
  return std::max(1e-9, std::chrono::duration<double>(time).count());
}

/// How many repeats fill a window, where `trial` of them take `time`.
inline std::int64_t repeats_per_window(std::int64_t trial, std::chrono::nanoseconds time) {
  return std::max<std::int64_t>(
      1, static_cast<std::int64_t>(seconds(kWindow) / seconds(time) * static_cast<double>(trial)));
}

/// Keeps a result alive that nobody asks for.
template <class T>
void keep(T value) {
  [[maybe_unused]] volatile T sink = value;
}

/// One for each instruction set, in about `budget`. Processors in the order of threads (spread()).
std::vector<FmaPeak> fma_peaks(int threads, std::span<const Processor> processors,
                               std::chrono::milliseconds budget);

/// What there is to read from. 0: none, or not told.
struct Hierarchy {
  CacheSizes caches;  // of one instance each
  std::int64_t memory_bytes = 0;
};
/// One for each level that could be told from the one above it, memory last, in about `budget`.
std::vector<ReadPeak> read_peaks(const Hierarchy& hierarchy, int threads,
                                 std::span<const Processor> processors,
                                 std::chrono::milliseconds budget);

/// What all caches of each level hold together, that `threads` threads reach: one L1 and one L2 for
/// each core, one last level for each group of cores that share it.
CacheSizes caches_reached(const CacheSizes& one, int threads,
                          std::span<const Processor> processors);

/// What one of so many threads reads over and over, so that it comes from that level: half of its
/// share of what all of them hold; of a level that must be told from the one above it, at least
/// twice that one's share. 0: cannot be.
std::int64_t share_bytes(std::int64_t holds, std::int64_t above, int threads);

}  // namespace convgauge
