// Everything that is made from results.jsonl alone. A new format is one file and one line here.
#pragma once
#include <iosfwd>
#include <string>
#include <vector>

#include "record/record.hpp"

namespace convgauge {

/// One offline page: chart library, data and styles inside.
std::string html_report(const std::vector<Results>& results);
std::string markdown_report(const Results& results);
/// differs and failed are failures; died, trespass, timed_out are errors; refused and over budget are skipped.
std::string junit_report(const Results& results);
/// RFC 4180; one row per case; a header row.
std::string csv_report(const Results& results);
/// Google Benchmark's JSON, as its compare.py reads it.
std::string gbench_report(const Results& results);

/// The table that a terminal shows. `width` in columns; colour only where asked for.
std::string terminal_table(const Results& results, int width, bool colour);

/// The answer in a sentence or two: who wins, the best mix against the baseline backend, what went wrong.
std::string headline(const Results& results);

/// Fills of a network: per label the count-weighted total time, or nothing where a layer is missing.
struct NetworkTotal {
  std::string suite, label;
  CaseSettings settings;
  double total_ns = 0;
  int layers = 0, missing = 0;
};
std::vector<NetworkTotal> network_totals(const Results& results);

}  // namespace convgauge
