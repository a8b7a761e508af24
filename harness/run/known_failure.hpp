// Failures that a suite lists as known.
#pragma once
#include "config/suite.hpp"
#include "core/layers.hpp"
#include "record/record.hpp"

namespace convgauge::run {

/// The first entry that matches this case, and in whose way it failed; else null.
const Known* known_failure(const Suite& suite, const CaseRecord& record);

inline bool is_unknown_defect(const Suite& suite, const CaseRecord& record) {
  return is_defect(record.verdict) && !known_failure(suite, record);
}

}  // namespace convgauge::run
