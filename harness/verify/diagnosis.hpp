// What shows that an output is wrong, and what would explain it.
#pragma once
#include <compare>
#include <optional>
#include <string>
#include <vector>

#include "core/rule.hpp"

namespace convgauge {

/// The comparison that found an output wrong.
struct Oracle {
  std::string run;             // what was run: "fill integer, placement end", "relative_l2"
  std::optional<Rule> rule{};  // that a wrong result of this run breaks: R12 after a changed source
  std::string place{};         // behind a rule only: "slot 1"
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

/// What explains a wrong output; empty where nothing does.
struct Diagnosis {
  std::vector<Misreading> misreadings{};  // each of them gives the output
  bool partly = false;                    // only where it is wrong
  std::string taps{};  // without a misreading: what single lit pixels say (taps.hpp)

  bool empty() const { return misreadings.empty() && taps.empty(); }
  auto operator<=>(const Diagnosis&) const = default;
};
/// "matches the reference with A, or with B, where it is wrong"; empty where nothing explains it.
std::string text(const Diagnosis& diagnosis);

/// Whether one explanation holds for both; false where one of them has none.
bool share_an_explanation(const Diagnosis& a, const Diagnosis& b);

}  // namespace convgauge
