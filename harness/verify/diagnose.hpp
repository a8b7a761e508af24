// Why an output is wrong: the misread specification that gives the same.
#pragma once
#include <string>

#include "verify/compare.hpp"

namespace convgauge {

/// "matches the reference with stride_h and stride_w swapped"; "... or with ..." where two rows of
/// mutations.hpp, or two pairs of them, do; "..., where it is wrong" if only the wrong outputs
/// match. Empty where nothing does, for a right output, and in the backward directions, which the
/// mutations do not know. Pure; about a second at most: outputs are sampled, and pairs are left out
/// where they are dear.
std::string diagnose(const Evidence& evidence);

}  // namespace convgauge
