// The key by which the same case is found in different runs.
#pragma once
#include <string>

#include "core/layers.hpp"
#include "record/record.hpp"

namespace convgauge::report {

/// Problem, settings and, if `with_label`, label and requested algorithm. Options, plugin and
/// device are left out, since they may differ between the runs to compare; so are the host threads
/// of a case that ran on a device.
std::string case_key(const CaseRecord& record, bool with_label);

}  // namespace convgauge::report
