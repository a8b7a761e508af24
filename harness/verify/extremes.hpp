// Infinities, NaN and overflow: which results are as good as the reference's.
#pragma once
#include "core/layers.hpp"
#include "verify/bounds.hpp"

namespace convgauge::verify {

/// Why `got` is right although it is not within `allowed` of want, as a note ("nonfinite_spread",
/// "padding_is_no_tap", "overflow", "nan_ignored"); an empty note where it needs none (the same
/// infinity, NaN for NaN, want next to the largest number of the type); null where it is wrong. `i`
/// is the index of the output in contiguous NCHW.
const char* excuse(const Evidence& evidence, const Bound& bound, std::int64_t i, double got);

}  // namespace convgauge::verify
