// The reports that are made from results.jsonl alone: a function for each format of formats.cpp
// that shows runs.
#pragma once
#include <iosfwd>
#include <string>
#include <vector>

#include "core/layers.hpp"
#include "record/record.hpp"

namespace convgauge::report {

/// One offline page that contains the chart library, data and styles. Runs that share cases get a
/// history; `names` are their names in it.
std::string html_report(const std::vector<Results>& results,
                        const std::vector<std::string>& names = {});
std::string markdown_report(const Results& results);
/// differs and failed are failures; died, trespass and timed_out are errors; refused, over budget
/// and known failures are skipped.
std::string junit_report(const Results& results);
/// RFC 4180; one row per case; a header row.
std::string csv_report(const Results& results);
/// The problems, each once, as a batch file of oneDNN's benchdnn; results are remarks in it.
std::string benchdnn_report(const Results& results);
/// Google Benchmark's JSON, as its compare.py reads it.
std::string gbench_report(const Results& results);

/// The decision of every network as JSON, for other programs: decision.hpp has the meaning of its
/// fields. Times are in nanoseconds.
std::string decision_report(const Results& results);

/// A picture for a README: which backend is fastest where over a swept parameter, else each
/// column's speed-ups, layer by layer. `which`: one of the run's groups, counted from 1 as the
/// reports show them; 0: the only one. An error lists the groups.
Expected<std::string> svg_report(const Results& results, int which);
/// The same cases over several runs, which are called by `names`. An error where no case is in two
/// of them.
Expected<std::string> history_text_report(const std::vector<Results>& results,
                                          const std::vector<std::string>& names, int width);
Expected<std::string> history_markdown_report(const std::vector<Results>& results,
                                              const std::vector<std::string>& names);

/// The table that a terminal shows. `width` in columns; colour only where asked for. `failures`:
/// with what failed and the commands that repeat it.
std::string terminal_table(const Results& results, int width, bool colour, bool failures = true);

/// The decision of each network in a sentence or two (decision_words.hpp), what speaks against
/// relying on it, what failed.
std::string headline(const Results& results);

}  // namespace convgauge::report
