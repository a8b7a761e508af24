// The answer of a run as one picture, for a README.
#pragma once
#include <string>

#include "core/expected.hpp"
#include "report/model.hpp"

namespace convgauge {

/// `group` alone. Where the suite is a sweep over kernel sizes or another parameter: who wins
/// where, with the lead over the next backend; else every column's speed beside the baseline, layer
/// by layer. An error where there is too much for a picture, or nothing.
Expected<std::string> picture(const Group& group);

}  // namespace convgauge
