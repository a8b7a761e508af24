// What is made from results.jsonl alone: a function for each format of formats.cpp that shows runs.
#pragma once
#include <iosfwd>
#include <string>
#include <vector>

#include "record/record.hpp"

namespace convgauge {

/// One offline page: chart library, data and styles inside. Runs that share cases get their
/// history; `names` are what it calls them.
std::string html_report(const std::vector<Results>& results,
                        const std::vector<std::string>& names = {});
std::string markdown_report(const Results& results);
/// differs and failed are failures; died, trespass, timed_out are errors; refused and over budget
/// are skipped.
std::string junit_report(const Results& results);
/// RFC 4180; one row per case; a header row.
std::string csv_report(const Results& results);
/// Google Benchmark's JSON, as its compare.py reads it.
std::string gbench_report(const Results& results);

/// A picture for a README: who wins where over a swept parameter, else each column's speed-ups,
/// layer by layer. `which` of the run's groups, counted from 1 as the reports show them; 0: the
/// only one. An error names them.
Expected<std::string> svg_report(const Results& results, int which);
/// The same cases over several runs; `names` are what it calls them. An error where no case is part
/// of two.
Expected<std::string> history_text_report(const std::vector<Results>& results,
                                          const std::vector<std::string>& names, int width);
Expected<std::string> history_markdown_report(const std::vector<Results>& results,
                                              const std::vector<std::string>& names);

/// The table that a terminal shows. `width` in columns; colour only where asked for.
std::string terminal_table(const Results& results, int width, bool colour);

/// The answer in a sentence or two: who wins, the best mix against the baseline backend, what went
/// wrong.
std::string headline(const Results& results);

}  // namespace convgauge
