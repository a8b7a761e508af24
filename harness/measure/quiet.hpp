// Whether the machine was quiet enough while samples were taken.
#pragma once
#include <optional>
#include <span>
#include <string>

#include "measure/measurement.hpp"

namespace convgauge {

/// Above 1% of the sample's time lost to others, or any stolen by the hypervisor, a sample is taken
/// again.
inline constexpr double kQuietShare = 0.01;
bool quiet(const SampleLoad& load);

/// Which of two attempts at one sample was disturbed less.
bool quieter(const SampleLoad& a, const SampleLoad& b);

/// The evidence against a case whose median the machine's noise has reached: more than half of its
/// samples lost over 5%, what a gate looks for, to others, even after they were taken again.
/// Nothing where the case stands, and below 8 samples, which have no interval that could be wrong.
std::optional<std::string> too_loud(std::span<const SampleLoad> loads, std::int64_t discarded);

}  // namespace convgauge
