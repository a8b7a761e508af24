// Which tap went astray: what single lit pixels say about an implementation that no misread
// specification explains.
#pragma once
#include <string>

#include "verify/compare.hpp"

namespace convgauge {

/// For the impulse fill, whose weights are nearly all different and whose windows see one pixel
/// each: the most frequent mistake among the wrong outputs, in words, such as "with single pixels
/// lit, 24 of 30 wrong outputs lose tap (kh 0, kw 2)". Empty where nothing is wrong, or no weight
/// is recognised. Pure; looks at a few hundred wrong outputs.
std::string describe_taps(const Evidence& evidence);

}  // namespace convgauge
