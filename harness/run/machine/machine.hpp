// What the numbers are made on: read from the system, and its peaks measured on the spot.
#pragma once
#include <chrono>
#include <span>

#include "record/record.hpp"

namespace convgauge {

/// Everything but the peaks and the noise floor, in a few milliseconds. What the system does not
/// tell stays empty or 0. Cores are those that this process may run on, not those of the machine.
/// Changes nothing.
Machine read_machine();

/// All of the last-level caches that so many threads of this process reach; 0 where they are not
/// told.
std::int64_t last_level_bytes(const Machine& machine, int threads);

inline constexpr std::chrono::milliseconds kPeakBudget{1000};

/// For every number of threads: the rate of f32 fused multiply-adds out of registers (where an
/// instruction set has none, of multiplies and adds), 2 flop each, for each instruction set that
/// this processor has; and of reading out of each cache and of memory: an array that fits that
/// level and no nearer one, several times the last-level cache for memory. Each is the best of many
/// windows of 2 ms, so that a neighbour's load does not lower it; the threads are made here and
/// pinned to distinct cores while there are any. Takes about `budget` in all, and what it takes to
/// touch the arrays once. A peak that could not be had is left out: no memory for the array, caches
/// that cannot be told apart, threads < 1.
void measure_peaks(Machine& machine, std::span<const int> threads,
                   std::chrono::milliseconds budget = kPeakBudget);

}  // namespace convgauge
