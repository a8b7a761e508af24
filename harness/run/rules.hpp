// Every rule of the plugin ABI, held against one plugin file.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace convgauge {

/// One rule: "R9", what it demands, its state, and the evidence where it is broken. States: "kept",
/// "BROKEN", "not kept" (a wish, R19: no fault), "not reached" (nothing ran) or "not checked" (with
/// the reason as evidence).
struct RuleLine {
  std::string rule, what, state, evidence;
};

struct RuleReport {
  std::vector<RuleLine> lines;  // R1 ..., then "right": whether results were right
  int probes = 0, backends = 0;
  int exit_code =
      0;  // 0; 1: a wrong or failed result; 2: not loadable; 4: crashed, hung or trespassed
};

/// Probes every backend of the file, on its first device, with small problems over all parameters,
/// and with wrong options and algorithms. Never throws on account of the plugin.
RuleReport check_rules(const std::filesystem::path& executable, const std::filesystem::path& file,
                       int threads);

}  // namespace convgauge
