// The exit code of a run, in the order of harness/cli/README.md, and known failures.
#pragma once
#include <string>
#include <vector>

#include "core/exit_code.hpp"
#include "core/layers.hpp"
#include "record/record.hpp"

namespace convgauge::run {

/// The first that applies: 4 (crashed, hung, trespassed), 1 (wrong, failed, or a known failure that
/// no longer fails), 71 (the machine denied what a case needs), 6 (nothing ran), 5 (a case is
/// unjudged, or its time cannot be true, or if `strict` inconclusive), 0.
int exit_code(const Results& results, bool strict);

/// Whether an entry applies to this case: its glob matches "LABEL PROBLEM_TEXT", "LABEL SUITE.NAME"
/// or "LABEL NAME".
bool matches(const Known& known, const CaseRecord& record);

/// Whether the case failed as the entry expects: with that verdict, under that fill.
bool happened(const Known& known, const CaseRecord& record);

/// One sentence for each case that an entry of `known` applies to, but that did not fail as
/// expected. An entry for a fill that was not run does not apply.
std::vector<std::string> known_no_more(const Results& results);

}  // namespace convgauge::run
