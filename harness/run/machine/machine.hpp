// The machine on which a run is made: what the system says of it, and its measured peaks.
#pragma once
#include <chrono>
#include <span>

#include "core/layers.hpp"
#include "record/record.hpp"

namespace convgauge::run {

/// Everything except the peaks and the noise floor, in a few milliseconds. What the system does not
/// tell stays empty or 0. Cores are those on which this process may run, not all of the machine.
/// Has no side effects.
Machine read_machine();

/// Total size of the last-level caches that `threads` threads of this process reach; 0 where the
/// system does not tell it.
std::int64_t last_level_bytes(const Machine& machine, int threads);

inline constexpr std::chrono::milliseconds kPeakBudget{1000};

/// Measures two kinds of peaks, for every number of threads.
/// Arithmetic: f32 fused multiply-adds on registers, 2 flop each, for each instruction set of this
/// processor (without FMA: multiplies and adds).
/// Reading: from each cache, with an array that fits into it but not into the next smaller cache;
/// and from memory, with an array of several times the last-level cache.
/// Each peak is the best of many windows of 2 ms, so that other load on the machine does not lower
/// it. The threads are started here and pinned to distinct cores while there are any. Takes about
/// `budget` in all, plus the time to touch the arrays once; with less than the default, of arrays
/// up to 256 MiB only. A peak that cannot be measured is left out: no memory for the array, a cache
/// too similar in size to the next smaller one, threads < 1.
void measure_peaks(Machine& machine, std::span<const int> threads,
                   std::chrono::milliseconds budget = kPeakBudget);

}  // namespace convgauge::run
