// Whether the machine was quiet enough while samples were taken.
#pragma once
#include <optional>
#include <string>

#include "core/layers.hpp"
#include "measure/measurement.hpp"

namespace convgauge::measure {

/// The share of a sample that lasted `sample_ns` in which it could not run: its threads were ready
/// but had no processor, or the hypervisor ran something else. Above 1 where several threads
/// waited.
double lost_share(const SampleLoad& load, double sample_ns);

/// A sample that lost more than this is taken again.
inline constexpr double kQuietShare = 0.01;

/// Why a case is inconclusive, because the noise of the machine may have changed its median: too
/// many of its samples lost over 5% of their time (5% is the slowdown that a gate looks for), even
/// after they were taken again. Too many are more than half of them; of fewer than 8, which have no
/// interval that would show the doubt, one. Empty where that is not so, or nobody looked.
std::optional<std::string> too_loud(const Measured& measured);

}  // namespace convgauge::measure
