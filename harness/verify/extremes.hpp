// Infinities, NaN and overflow: which answers are as good as the reference's.
#pragma once
#include "verify/bounds.hpp"

namespace convgauge {

/// Why `got` is right although it is not within `allowed` of want, as a note ("nonfinite_spread",
/// "padding_is_no_tap", "overflow"); empty where it simply is (the same infinity, NaN for NaN);
/// null where it is wrong. `i` is the output's place in contiguous NCHW.
const char* excuse(const Evidence& evidence, const Bound& bound, std::int64_t i, double got);

}  // namespace convgauge
