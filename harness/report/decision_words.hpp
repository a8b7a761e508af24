// A decision in sentences: the same in every report.
#pragma once
#include <string>

#include "core/layers.hpp"
#include "report/model.hpp"

namespace convgauge::report {

/// What to use, how long it takes, by how much it is faster, what is too close to call; empty where
/// nothing was timed. "Use winograd for 4 of 23 layers, onednn for the rest: 25.0 ms, 1.20×
/// (1.18–1.25) the speed of onednn alone. Too close to call on 2 layers."
std::string answer(const Group& group);

/// Why to read the answer with care, a sentence for each reason of its badge, and what to do about
/// it; empty where there is none. Failures are not told again: defects_text() names them.
std::string advice_text(const Group& group);

/// What the times are of: the machine, the versions of the backends, what the times include.
std::string facts_text(const Group& group);

/// "Sound", "With care", "Poor": the badge in a word or two.
std::string trust_text(const Group& group);

}  // namespace convgauge::report
