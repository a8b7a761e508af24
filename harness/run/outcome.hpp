// What a run comes to for the caller: its exit code, in the order of harness/cli/README.md.
#pragma once
#include <string>
#include <vector>

#include "record/record.hpp"

namespace convgauge {

enum ExitCode {
  kGood = 0,
  kWrong = 1,
  kUsage = 2,
  kSlower = 3,
  kCrashed = 4,
  kUndecided = 5,
  kNothingRan = 6,
  kOurBug = 70,
  kInterrupted = 130
};

/// The worst of 4 (crashed, hung, trespassed), 1 (wrong, failed, or a known failure that no longer
/// fails), 6 (nothing ran), 5 (inconclusive, where strict); 0.
int exit_code(const Results& results, bool strict);

/// Whether an entry speaks of this case: its glob against "LABEL PROBLEM_TEXT", "LABEL SUITE.NAME"
/// or "LABEL NAME".
bool matches(const Known& known, const CaseRecord& record);

/// Entries of `known` whose case ran and did not fail so, one sentence each.
std::vector<std::string> known_no_more(const Results& results);

}  // namespace convgauge
