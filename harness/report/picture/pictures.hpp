// The answer of a run as one picture, for a README.
#pragma once
#include <string>

#include "core/expected.hpp"
#include "core/layers.hpp"
#include "report/model.hpp"

namespace convgauge::report {

/// A picture of one group. For a suite that sweeps kernel sizes or another parameter: the fastest
/// backend at each point, with its lead over the next. Else every column's speed-up over the
/// baseline, layer by layer. Errors: too many layers; no speed-up was measured.
Expected<std::string> picture(const Group& group);

}  // namespace convgauge::report
