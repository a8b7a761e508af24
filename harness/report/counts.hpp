// How many cases of a run had which outcome.
#pragma once
#include <string>
#include <vector>

#include "core/layers.hpp"
#include "record/record.hpp"

namespace convgauge::report {

struct Count {
  std::string word;  // "agree", "wrong", "refused", ...
  std::int64_t cases = 0;
  bool defect = false;
};
/// The counts of a run, for every word that is used, zeros included. A known failure counts as
/// "known", not as what it is otherwise.
std::vector<Count> counts(const Results& results);

/// "34 agree, 1 wrong, 2 refused": without the zeros.
std::string counts_text(const Results& results);

/// "Incomplete: 12 of 23 problems are here.": empty where all are, or where the header does not say
/// how many there are.
std::string incomplete_text(const Results& results);

/// "2 cases failed: fft on conv1 (wrong); naive on conv2 (died). 1 known failure.": empty where
/// none failed.
std::string defects_text(const Results& results);

}  // namespace convgauge::report
