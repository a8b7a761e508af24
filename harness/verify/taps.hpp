// Which tap went astray: what single lit pixels say about an implementation that no misread
// specification explains.
#pragma once
#include "verify/compare.hpp"
#include "verify/diagnosis.hpp"

namespace convgauge {

/// For the impulse fill, whose weights are nearly all different and whose windows see one pixel
/// each: the most frequent mistake among the wrong outputs. Empty where nothing is wrong, or no
/// weight is recognised. Pure; looks at a few hundred wrong outputs.
TapMistake describe_taps(const Evidence& evidence);

}  // namespace convgauge
