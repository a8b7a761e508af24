// One sample, timed by Google Benchmark.
#pragma once
#include <cstdint>
#include <functional>

#include "core/layers.hpp"

namespace convgauge::worker {

/// Runs `iteration` `iterations` times in one Google Benchmark run; returns wall-clock nanoseconds
/// per iteration. [main]
double timed_run(std::int64_t iterations, const std::function<void()>& iteration);

}  // namespace convgauge::worker
