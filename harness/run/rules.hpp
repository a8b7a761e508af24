// Checks one plugin file against every rule of the plugin ABI.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "core/layers.hpp"

namespace convgauge::run {

/// One rule: "R9", what it demands, its state, and the evidence if it is broken. States: "kept",
/// "BROKEN", "not kept" (only R19, which is a wish and no fault), "not reached" (nothing ran) or
/// "not checked" (with the reason as evidence).
struct RuleLine {
  std::string rule, what, state, evidence;
};

struct RuleReport {
  std::vector<RuleLine> lines;  // R1 ..., then "right": whether results were right
  int probes = 0, backends = 0;
  /// 0; 1: a wrong or failed result, or a broken rule; 2: not loadable; 4: crashed, hung or
  /// trespassed; 5: the machine did not let a probe run; 6: nothing ran.
  int exit_code = 0;
};

/// Probes every backend of the file, on its first device, with small problems over all parameters,
/// and with wrong options and algorithms. A faulty plugin never makes it throw.
RuleReport check_rules(const std::filesystem::path& executable, const std::filesystem::path& file,
                       int threads);

}  // namespace convgauge::run
