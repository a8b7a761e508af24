// What shows that an output is wrong, and what would explain it.
#pragma once
#include <compare>
#include <optional>
#include <string>
#include <vector>

#include "core/layers.hpp"
#include "core/rule.hpp"

namespace convgauge::verify {

/// The comparison that found an output wrong.
struct Oracle {
  std::string run;             // what was run: "fill integer, placement end", "relative_l2"
  std::optional<Rule> rule{};  // broken by a wrong result of this run: R12 after a changed source
  std::string place{};         // only with a rule: "slot 1"
  bool operator==(const Oracle&) const = default;

  /// The same comparison in one of several slots.
  Oracle in_slot(int slot) const;
};
/// "fill integer, changed source (R12)", "after timing, changed source (R12), slot 1"
std::string text(const Oracle& oracle);

/// A way to misread a specification: a row of mutations.hpp, by its words, or two of them.
struct Misreading {
  std::string name;  // "stride_h and stride_w swapped"
  auto operator<=>(const Misreading&) const = default;
};

/// What single nonzero pixels show about a wrong output (taps.hpp): its most frequent mistake.
struct TapMistake {
  std::string mistake;         // "lose tap (kh 0, kw 2)"; empty where none was recognised
  int outputs = 0, wrong = 0;  // how many made it, of the wrong outputs looked at
  auto operator<=>(const TapMistake&) const = default;
};
/// "with single pixels lit, 24 of 30 wrong outputs lose tap (kh 0, kw 2)"; empty without a mistake.
std::string text(const TapMistake& taps);

/// What explains a wrong output; empty where nothing does.
struct Diagnosis {
  std::vector<Misreading> misreadings{};  // each of them gives the output
  bool partly = false;                    // they match only where the output is wrong
  TapMistake taps{};                      // looked for where no misreading explains it
  std::string other{};                    // free text from a results file of another version

  bool empty() const { return misreadings.empty() && taps.mistake.empty() && other.empty(); }
  auto operator<=>(const Diagnosis&) const = default;
};
/// "matches the reference with A, or with B, where it is wrong"; empty where nothing explains it.
std::string text(const Diagnosis& diagnosis);

/// Whether one explanation holds for both; false where one of them has none.
bool share_an_explanation(const Diagnosis& a, const Diagnosis& b);

}  // namespace convgauge::verify
