// What makes two cases of different runs one.
#pragma once
#include <string>

#include "record/record.hpp"

namespace convgauge {

/// Everything that was asked for: problem, settings and, with `with_label`, who was asked. Options,
/// plugin and device may differ: that is what is compared.
std::string case_key(const CaseRecord& record, bool with_label);

}  // namespace convgauge
