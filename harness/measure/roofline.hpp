// The roof of a case: the most that the machine's arithmetic and its memory allow, as in a roofline
// diagram.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/describe.hpp"
#include "core/layers.hpp"

namespace convgauge::measure {

/// Rate of f32 multiply-adds on registers, 2 flop each, with one instruction set.
struct FmaPeak {
  std::string instruction_set;  // "sse2", "avx2+fma", "avx512f", "neon", "portable"
  int threads = 1;
  double flops = 0;  // flop/s of all threads together
  bool operator==(const FmaPeak&) const = default;
};

/// Read bandwidth of one level of the memory hierarchy.
struct ReadPeak {
  std::string level;  // "l1", "l2", "l3", "memory"
  int threads = 1;
  /// Of all caches of that level that the threads use; 0: unlimited (memory).
  std::int64_t holds_bytes = 0;
  double bytes_per_second = 0;  // of all threads together
  bool operator==(const ReadPeak&) const = default;
};

/// The most that a case could reach.
struct Roof {
  double flops = 0;   // flop/s: min(peak, flops / bytes x bandwidth of `level`)
  std::string level;  // the fastest level that holds the working set: where its bytes come from
  bool by_compute = false;  // the peak of the arithmetic is the lower of the two
  bool operator==(const Roof&) const = default;
};

template <class Walk, Is<FmaPeak> P>
void describe(Walk& walk, P& p) {
  walk("instruction_set", p.instruction_set);
  walk("threads", p.threads);
  walk("flops", p.flops);
}
template <class Walk, Is<ReadPeak> P>
void describe(Walk& walk, P& p) {
  walk("level", p.level);
  walk("threads", p.threads);
  walk("holds_bytes", p.holds_bytes);
  walk("bytes_per_second", p.bytes_per_second);
}
template <class Walk, Is<Roof> R>
void describe(Walk& walk, R& r) {
  walk("flops", r.flops);
  walk("level", r.level);
  walk("by_compute", r.by_compute);
}

/// What a case needs: its nominal flops, and its least memory traffic (every tensor once), which is
/// also its working set.
struct Work {
  double flops = 0, bytes = 0;
  int threads = 1;
  bool cold = false;  // then every byte comes from memory, however small the working set is
};

/// Empty where there is no peak for that number of threads, no memory bandwidth, or no work.
/// Deliberately optimistic, so that no algorithm with the nominal flops can exceed it: the working
/// set is assumed to be spread evenly over the caches, and writes to cost as much as reads. An
/// algorithm with fewer products (Winograd, FFT) may exceed a roof that is set by the peak of the
/// arithmetic.
std::optional<Roof> roof_of(const Work& work, std::span<const FmaPeak> fma,
                            std::span<const ReadPeak> reads);

}  // namespace convgauge::measure
