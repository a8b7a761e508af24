// Which tap is wrong: what single nonzero pixels show about an implementation that no misread
// specification explains.
#pragma once
#include "core/layers.hpp"
#include "verify/compare.hpp"
#include "verify/diagnosis.hpp"

namespace convgauge::verify {

/// For the impulse fill, whose weights are nearly all different and whose windows each see one
/// nonzero pixel: the most frequent mistake among the wrong outputs. Empty where nothing is wrong,
/// or no weight is recognised. Forward direction only. Pure; looks at a few hundred wrong outputs.
TapMistake describe_taps(const Evidence& evidence);

}  // namespace convgauge::verify
