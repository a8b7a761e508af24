// The possible outcomes of a case: the kinds of verdict and of measurement, why a measurement was
// skipped, and one table that says how tables, counts, JUnit, the HTML page and the exit code show
// each outcome.
#pragma once
#include <array>
#include <cstddef>
#include <string_view>

#include "core/exit_code.hpp"
#include "core/words.hpp"

namespace convgauge {

/// The alternatives of Verdict (verify/verdict.hpp), in its order.
enum class VerdictKind { agrees, differs, refused, trespass, died, timed_out, failed, unjudged };
template <>
struct Words<VerdictKind> {
  static constexpr std::string_view what = "verdict";
  static constexpr std::array<std::string_view, 8> words{
      "agrees", "differs", "refused", "trespass", "died", "timed_out", "failed", "unjudged"};
};

/// The alternatives of Measurement (measure/measurement.hpp), in its order.
enum class MeasurementKind { measured, skipped, inconclusive };
template <>
struct Words<MeasurementKind> {
  static constexpr std::string_view what = "measurement";
  static constexpr std::array<std::string_view, 3> words{"measured", "skipped", "inconclusive"};
};

/// Why nothing was measured. `other`: a results file of another version gives a reason that is not
/// listed here.
enum class SkipReason {
  not_asked_for,
  not_verified,
  failed_measuring,
  over_budget,
  memory,  // the machine has too little, or ran out of it
  other
};
template <>
struct Words<SkipReason> {
  static constexpr std::string_view what = "reason";
  static constexpr std::array<std::string_view, 6> words{
      "not asked for", "not verified",      "failed while it was measured",
      "over budget",   "too little memory", "other"};
};

/// Why a backend does not take a case: the reasons of the plugin ABI (CVG_REASON_*), in its order,
/// and one of the harness's own.
enum class RefusalReason {
  none,
  direction,
  dtype,
  layout,
  strides,
  math,
  deterministic,
  batch,
  channels,
  groups,
  kernel,
  stride,
  padding,
  dilation,
  padding_mode,
  bias,
  size,
  algorithm,
  option,
  threads,
  workspace_limit,
  device,
  host,
  other,
  memory,  // the harness's own: it does not fit into the memory there is, or memory ran out
  machine  // the harness's own: this machine denied a system call that it needs
};
template <>
struct Words<RefusalReason> {
  static constexpr std::string_view what = "reason";
  static constexpr std::array<std::string_view, 26> words{
      "none",         "direction", "dtype",  "layout",    "strides", "math",    "deterministic",
      "batch",        "channels",  "groups", "kernel",    "stride",  "padding", "dilation",
      "padding_mode", "bias",      "size",   "algorithm", "option",  "threads", "workspace_limit",
      "device",       "host",      "other",  "memory",    "machine"};
};

/// Verdict and measurement of a case in one word. Each case has exactly one.
enum class Outcome {
  timed,
  agrees,  // right; no time was asked for
  over_budget,
  skipped,
  noisy,        // measured, but inconclusive
  implausible,  // measured, but the time cannot be true
  no_time,      // measured, but a sample is missing, zero or not finite
  wrong,
  refused,
  denied,  // not run: the machine denied what the harness needs
  died,
  timed_out,
  trespass,
  failed,
  unjudged,  // the machine did not let it run: neither right nor wrong
  known,     // a defect that the config expects
  absent     // the backend has no case of this problem
};

/// How the HTML page draws a cell; its data holds indices into this list.
enum class PageClass { timed, agrees, wrong, failed, crashed, refused, unmeasured, noisy, absent };
template <>
struct Words<PageClass> {
  static constexpr std::string_view what = "class";
  static constexpr std::array<std::string_view, 9> words{
      "timed", "agrees", "wrong", "failed", "crashed", "refused", "unmeasured", "noisy", "absent"};
};

/// How a case appears in the JUnit XML.
enum class JUnitResult { passed, failure, error, skipped };

struct OutcomeRow {
  Outcome outcome;
  std::string_view word;     // in a table, for a cell without a time
  std::string_view counted;  // the count of a run that includes the case: exactly one
  std::string_view also{};   // a second count that includes it; empty: none
  PageClass page;
  JUnitResult junit = JUnitResult::passed;
  ExitCode code = kGood;                     // of a run in which all cases end like this
  bool is_defect = false, is_crash = false;  // crash: what a plugin must never do to its host
  int note_order = 5;                        // of the notes below a table, smallest first
};

// clang-format off
/// One row for each Outcome, in its order. Counts are shown in the order of `counted`, then `also`.
inline constexpr std::array kOutcomes{
    OutcomeRow{.outcome = Outcome::timed, .word = "", .counted = "agree", .page = PageClass::timed},
    OutcomeRow{.outcome = Outcome::agrees, .word = "agrees", .counted = "agree",
               .page = PageClass::agrees},
    OutcomeRow{.outcome = Outcome::over_budget, .word = "over budget", .counted = "agree",
               .also = "not measured", .page = PageClass::unmeasured,
               .junit = JUnitResult::skipped, .note_order = 4},
    OutcomeRow{.outcome = Outcome::skipped, .word = "skipped", .counted = "agree",
               .also = "not measured", .page = PageClass::unmeasured, .note_order = 4},
    OutcomeRow{.outcome = Outcome::noisy, .word = "noisy", .counted = "agree",
               .also = "inconclusive", .page = PageClass::noisy, .code = kUndecided,
               .note_order = 3},
    OutcomeRow{.outcome = Outcome::implausible, .word = "implausible", .counted = "agree",
               .also = "implausible", .page = PageClass::unmeasured,
               .junit = JUnitResult::skipped, .code = kUndecided, .note_order = 3},
    OutcomeRow{.outcome = Outcome::no_time, .word = "no time", .counted = "agree",
               .page = PageClass::unmeasured, .note_order = 4},
    OutcomeRow{.outcome = Outcome::wrong, .word = "wrong", .counted = "wrong",
               .page = PageClass::wrong, .junit = JUnitResult::failure, .code = kWrong,
               .is_defect = true, .note_order = 1},
    OutcomeRow{.outcome = Outcome::refused, .word = "refused", .counted = "refused",
               .page = PageClass::refused, .junit = JUnitResult::skipped, .code = kNothingRan},
    OutcomeRow{.outcome = Outcome::denied, .word = "not run", .counted = "not run",
               .page = PageClass::unmeasured, .junit = JUnitResult::error, .code = kMachine,
               .note_order = 0},
    OutcomeRow{.outcome = Outcome::died, .word = "died", .counted = "died",
               .page = PageClass::crashed, .junit = JUnitResult::error, .code = kCrashed,
               .is_defect = true, .is_crash = true, .note_order = 0},
    OutcomeRow{.outcome = Outcome::timed_out, .word = "timed out", .counted = "timed out",
               .page = PageClass::crashed, .junit = JUnitResult::error, .code = kCrashed,
               .is_defect = true, .is_crash = true, .note_order = 0},
    OutcomeRow{.outcome = Outcome::trespass, .word = "trespass", .counted = "trespass",
               .page = PageClass::crashed, .junit = JUnitResult::error, .code = kCrashed,
               .is_defect = true, .is_crash = true, .note_order = 0},
    OutcomeRow{.outcome = Outcome::failed, .word = "failed", .counted = "failed",
               .page = PageClass::failed, .junit = JUnitResult::failure, .code = kWrong,
               .is_defect = true, .note_order = 2},
    OutcomeRow{.outcome = Outcome::unjudged, .word = "not judged", .counted = "not judged",
               .page = PageClass::unmeasured, .junit = JUnitResult::skipped, .code = kUndecided,
               .note_order = 2},
    OutcomeRow{.outcome = Outcome::known, .word = "known", .counted = "known",
               .page = PageClass::failed, .junit = JUnitResult::skipped},
    OutcomeRow{.outcome = Outcome::absent, .word = "—", .counted = "", .page = PageClass::absent},
};
// clang-format on
static_assert(kOutcomes.size() == static_cast<std::size_t>(Outcome::absent) + 1);

constexpr const OutcomeRow& row_of(Outcome outcome) {
  return kOutcomes.at(static_cast<std::size_t>(outcome));
}

}  // namespace convgauge
