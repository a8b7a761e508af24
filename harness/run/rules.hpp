// Checks one plugin file against every rule of the plugin ABI.
#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/layers.hpp"
#include "core/rule.hpp"

namespace convgauge::run {

/// One rule: "R9", what it demands, its state, and the evidence if it is broken. States: "kept",
/// "BROKEN", "not kept" (only R19, which is a wish and no fault), "tolerated", "not reached"
/// (nothing ran) or "not checked" (with the reason as evidence). `replay`: the command that shows
/// it again, where a single case does.
struct RuleLine {
  std::string rule, what, state, evidence, replay;
};

struct RuleReport {
  std::vector<RuleLine> lines;  // R1 ..., then "right": whether results were right
  int probes = 0, backends = 0;
  /// Why the file is no plugin (it is not there, or no shared library): `lines` is empty then.
  std::string not_loaded;
  /// 0; 1: a wrong or failed result, or a broken rule; 2: not loadable; 4: crashed, hung or
  /// trespassed; 5: the machine did not let a probe run; 6: nothing ran.
  int exit_code = 0;
};

struct RulesOrder {
  std::filesystem::path executable;            // convgauge itself
  std::filesystem::path file, library_path;    // library_path: put before LD_LIBRARY_PATH, or empty
  std::map<std::string, std::string> options;  // passed to every backend of the file
  int threads = 1;
  std::vector<Tolerable> tolerated{};  // rules whose breach does not end a probe
};

/// Probes every backend of the file, on its first device, with small problems over all parameters,
/// and with wrong options and algorithms. A faulty plugin never makes it throw; MachineTrouble
/// where the machine denies a worker.
RuleReport check_rules(const RulesOrder& order);

}  // namespace convgauge::run
