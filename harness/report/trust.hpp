// How far to trust a decision: correctness, noise floor, load, rounds.
#pragma once
#include "core/layers.hpp"
#include "report/decision.hpp"
#include "report/model.hpp"

namespace convgauge::report {

/// `decision` has its layers, totals and rounds.
Badge badge_of(const Group& group, const Decision& decision);

}  // namespace convgauge::report
