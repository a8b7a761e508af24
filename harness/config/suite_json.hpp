// A suite as a config file. Fuzzing writes one that repeats its failure; `import` writes what it
// read.
#pragma once
#include <string>
#include <vector>

#include "config/suite.hpp"
#include "core/layers.hpp"

namespace convgauge::config {

/// The text of a config that reads back as the suite: its problems with their names and counts,
/// backends (paths made absolute), settings and known failures. `comment` becomes its "$comment".
std::string config_text(const Suite& suite, const std::string& comment);

/// Remarks for people beside a suite that was not written by hand.
struct SuiteNotes {
  std::string source;                 // where the problems come from
  std::vector<std::string> problems;  // of each problem, in order; empty: none
};

/// The text of a config with the problems of the suite, those of its settings that do not have
/// their defaults (what is left out follows the machine that runs it), and the remarks.
std::string problems_text(const Suite& suite, const SuiteNotes& notes);

}  // namespace convgauge::config
