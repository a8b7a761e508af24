// How a run's verdicts are shown at the terminal.
#pragma once
#include <string>

#include "core/layers.hpp"
#include "record/record.hpp"

namespace convgauge::cli {

/// One failure as lines: what failed, where, got and want, and the command that repeats it.
std::string failure_lines(const CaseRecord& record);

/// The smallest case that fails like this one, and the command that repeats it; empty where there
/// is none.
std::string smallest_lines(const CaseRecord& record);

/// Each smallest case once, with the number of other cases that fail in the same way; empty where
/// nothing was shrunk.
std::string smallest_summary(const Results& results);

/// Counts by verdict, refusals by reason, backends that are absent; one block.
std::string verdict_summary(const Results& results);

/// One problem: a row per label with time, interval, rate, error and algorithm.
std::string bench_table(const Results& results);

}  // namespace convgauge::cli
