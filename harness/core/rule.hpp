// The rules of the plugin ABI (convgauge/plugin.h), in short.
#pragma once
#include <array>
#include <string_view>

#include "core/words.hpp"

namespace convgauge {

enum class Rule {
  R1,
  R2,
  R3,
  R4,
  R5,
  R6,
  R7,
  R8,
  R9,
  R10,
  R11,
  R12,
  R13,
  R14,
  R15,
  R16,
  R17,
  R18,
  R19,
  R20
};
inline constexpr std::size_t kRules = 20;

template <>
struct Words<Rule> {
  static constexpr std::string_view what = "rule";
  static constexpr std::array<std::string_view, kRules> words{
      "R1",  "R2",  "R3",  "R4",  "R5",  "R6",  "R7",  "R8",  "R9",  "R10",
      "R11", "R12", "R13", "R14", "R15", "R16", "R17", "R18", "R19", "R20"};
};

/// The rules that may be tolerated: a library below the plugin breaks them in good faith (a runtime
/// that handles SIGHUP, a warning on standard output), and no result depends on them.
enum class Tolerable { R14, R15 };
template <>
struct Words<Tolerable> {
  static constexpr std::string_view what = "rule to tolerate";
  static constexpr std::array<std::string_view, 2> words{"R14", "R15"};
};

/// What a rule demands, in one line: "every output element is written".
constexpr std::string_view demand(Rule rule) {
  constexpr std::array<std::string_view, kRules> demands{
      "exports cvg_plugin_entry, speaks this ABI version, refuses others",
      "names are there, well formed and unique",
      "a refusal has a reason and a sentence; query and plan_create agree",
      "an unknown option, or a value it cannot use, is refused",
      "the algorithm that was asked for runs, or is refused",
      "requirements do not change",
      "every output element is written",
      "inputs are never written",
      "nothing is written outside a buffer",
      "nothing is read outside a buffer",
      "no result depends on what output or workspace held",
      "nothing computed from the source is kept",
      "no crash, exit, hang or exception",
      "signal handlers, MXCSR, directory, umask, locale stay",
      "nothing goes to standard output",
      "others' descriptors stay",
      "no process outlives the worker",
      "what says deterministic is",
      "no allocation in execute (a wish)",
      "newly prepared weights replace the earlier ones"};
  return demands.at(static_cast<std::size_t>(rule));
}

}  // namespace convgauge
