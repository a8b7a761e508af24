// Threads that do the same work at the same time, each pinned to a core, in short windows; the
// shortest window counts.
#pragma once
#include <chrono>
#include <functional>
#include <span>

#include "core/layers.hpp"
#include "core/processors.hpp"

namespace convgauge::run {

/// Calls `work(thread)` on every thread at once, again and again until `budget` is spent, at least
/// `least` times. Returns the shortest time from the first thread's start to the last one's end.
/// `begin(thread)` runs once on each thread before that. Thread i is pinned to processors[i mod
/// size].
std::chrono::nanoseconds shortest_window(int threads, std::span<const Processor> processors,
                                         std::chrono::milliseconds budget, int least,
                                         const std::function<void(int)>& begin,
                                         const std::function<void(int)>& work);

}  // namespace convgauge::run
