// How a run's verdicts are told at the terminal.
#pragma once
#include <string>

#include "record/record.hpp"

namespace convgauge::cli {

/// One failure as lines: what, where, got and want, and the line that repeats it.
std::string failure_lines(const CaseRecord& record);

/// Counts by verdict, refusals by reason, backends that are absent; one block.
std::string verdict_summary(const Results& results);

/// One problem: a row per label with time, interval, rate, error and algorithm.
std::string bench_table(const Results& results);

/// "1.23 ms", four digits at most.
std::string time_text(double ns);

}  // namespace convgauge::cli
