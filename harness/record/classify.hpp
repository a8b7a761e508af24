// The outcome of a case: the row of core/outcome.hpp that every table, count and exit code uses.
#pragma once
#include "core/layers.hpp"
#include "core/outcome.hpp"
#include "record/record.hpp"

namespace convgauge::record {

/// A defect that the config expects is Outcome::known.
Outcome classify(const CaseRecord& record);

/// The same, but a known defect keeps its own outcome: wrong, failed, ...
Outcome classify_apart_from_known(const CaseRecord& record);

inline const OutcomeRow& row_of(const CaseRecord& record) {
  return row_of(classify(record));
}

/// The measurement of a case whose result agrees, if it has samples that are all finite and above
/// zero; else null. Nothing else is ranked.
const Measured* ranked(const CaseRecord* record);
inline const Measured* ranked(const CaseRecord& record) {
  return ranked(&record);
}

}  // namespace convgauge::record
