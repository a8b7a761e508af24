// Why an output is wrong: the misread specification that gives the same.
#pragma once
#include "verify/compare.hpp"
#include "verify/diagnosis.hpp"

namespace convgauge {

/// The row of mutations.hpp that gives the same output, two where two do, or pairs of them; partly
/// if only the wrong outputs match. Empty where nothing does, for a right output, and in the
/// backward directions, which the mutations do not know. Pure; about a second at most: outputs are
/// sampled, and pairs are left out where they are dear.
Diagnosis diagnose(const Evidence& evidence);

}  // namespace convgauge
