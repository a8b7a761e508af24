// Checks one plugin file against every rule of the plugin ABI.
#pragma once
#include <array>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/describe.hpp"
#include "core/layers.hpp"
#include "core/rule.hpp"
#include "core/words.hpp"
#include "worker/spawn.hpp"

namespace convgauge::run {

enum class RuleState {
  kept,
  broken,
  not_kept,  // only R19, which is a wish and no fault
  tolerated,
  not_reached,  // nothing ran
  not_checked   // with the reason as evidence
};

/// One rule: "R9", what it demands, its state, and the evidence if it is broken. `replay`: the
/// command that shows it again, where a single case does.
struct RuleLine {
  std::string rule, what;
  RuleState state = RuleState::kept;
  std::string evidence, replay;
};

template <class Walk, Is<RuleLine> L>
void describe(Walk& walk, L& l) {
  walk("rule", l.rule);
  walk("state", l.state);
  walk("what", l.what);
  walk("evidence", l.evidence);
  walk("replay", l.replay);
}

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
  Program executable;                          // convgauge itself
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

namespace convgauge {

template <>
struct Words<run::RuleState> {
  static constexpr std::string_view what = "state";
  static constexpr std::array<std::string_view, 6> words{"kept",      "BROKEN",      "not kept",
                                                         "tolerated", "not reached", "not checked"};
};

}  // namespace convgauge
