// Why an output is wrong: the misread specification that gives the same output.
#pragma once
#include "core/layers.hpp"
#include "verify/compare.hpp"
#include "verify/diagnosis.hpp"

namespace convgauge::verify {

/// Up to two rows of mutations.hpp that give the same output, or else up to two pairs of rows that
/// do; `partly`: rows that match where the output is wrong, but not elsewhere. Empty where nothing
/// matches, and for a right output. An output that is right where subnormal numbers may be flushed
/// to zero is explained by that, in every direction; the mutations do not cover gradients. Pure;
/// takes about a second at most: outputs are sampled, and the search ends after a fixed number of
/// products.
Diagnosis diagnose(const Evidence& evidence);

}  // namespace convgauge::verify
