// Whether the machine was quiet enough while samples were taken.
#pragma once
#include <optional>
#include <span>
#include <string>

#include "core/layers.hpp"
#include "measure/measurement.hpp"

namespace convgauge::measure {

/// A sample is taken again where other processes took more than 1% of its time, or the hypervisor
/// took any.
inline constexpr double kQuietShare = 0.01;
bool quiet(const SampleLoad& load);

/// Which of two attempts at one sample was disturbed less.
bool quieter(const SampleLoad& a, const SampleLoad& b);

/// Why a case is inconclusive, because the noise of the machine may have changed its median: more
/// than half of its samples lost over 5% of their time to others (5% is the slowdown that a gate
/// looks for), even after they were taken again. Empty where that is not so, and for fewer than 8
/// samples, which have no interval that could be wrong.
std::optional<std::string> too_loud(std::span<const SampleLoad> loads, std::int64_t discarded);

}  // namespace convgauge::measure
