// What was not measured, and why: the same reason of one column on many layers is one note, and so
// is all that is noisy in one column.
#pragma once
#include <string>
#include <vector>

#include "core/layers.hpp"
#include "report/model.hpp"
#include "report/words.hpp"

namespace convgauge::report {

struct TableNote {
  Outcome outcome;
  std::string word, column, reason;    // of several noisy cases: the first one's, with its name
  std::vector<std::string> rows;       // names of the layers
  const CaseRecord* record = nullptr;  // the first of them, for its replay line
  bool several_reasons = false;
};

/// Crashes first, then wrong and failed results, then what is inconclusive, not measured, and last
/// refused or known (note_order in core/outcome.hpp); within a kind in order of appearance.
std::vector<TableNote> notes(const Group& group);

/// "conv1, conv2 and 11 more", at most `most` names.
std::string names_text(const std::vector<std::string>& names, std::size_t most = 3);

}  // namespace convgauge::report
