// What a case came to, in one word: the row of core/outcome.hpp that every table, count and exit
// code reads.
#pragma once
#include "core/outcome.hpp"
#include "record/record.hpp"

namespace convgauge {

/// A defect that the config expects is Outcome::known.
Outcome classify(const CaseRecord& record);

/// The same, but a known defect is what it is: wrong, failed, ...
Outcome classify_apart_from_known(const CaseRecord& record);

inline const OutcomeRow& row_of(const CaseRecord& record) {
  return row_of(classify(record));
}

/// The measured samples of a case whose result agrees; null where there are none, or one is zero or
/// not finite: nothing else is ranked.
const Measured* ranked(const CaseRecord* record);
inline const Measured* ranked(const CaseRecord& record) {
  return ranked(&record);
}

}  // namespace convgauge
