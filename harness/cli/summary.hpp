// How a run's verdicts are shown at the terminal.
#pragma once
#include <string>

#include "core/layers.hpp"
#include "record/record.hpp"

namespace convgauge::cli {

// `width`: columns that lines are to fit; report::kAnyWidth: each sentence is one line. Texts of
// plugins are made safe for a terminal.

/// One failure as lines: what failed, where, got and want, and the command that repeats it.
std::string failure_lines(const CaseRecord& record, int width);

/// The smallest case that fails like this one, and the command that repeats it; empty where there
/// is none.
std::string smallest_lines(const CaseRecord& record, int width);

/// "  1.23 ms  onednn  conv1 (2 threads · f32 ...)": a finished case in one line.
std::string case_line(const CaseRecord& record);

/// Each smallest case once, with the number of other cases that fail in the same way; empty where
/// nothing was shrunk.
std::string smallest_summary(const Results& results, int width);

/// "9 cases: 8 agrees, 1 differs", refusals by reason, and backends that are absent; one block.
std::string verdict_summary(const Results& results, int width);

/// One problem: a row per case with time, speed against the baseline, interval, rate, error and
/// algorithm; columns that do not fit are left out. Below it why cases have no time, each cause
/// once. Results and header as for arrange().
std::string bench_table(const Results& results, int width, bool colour);

}  // namespace convgauge::cli
