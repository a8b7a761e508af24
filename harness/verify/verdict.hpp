// The verdict on one backend and one problem: exactly one kind, each with its own evidence.
#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/describe.hpp"
#include "core/fill.hpp"
#include "core/layers.hpp"
#include "core/open_word.hpp"
#include "core/outcome.hpp"
#include "core/rule.hpp"
#include "verify/diagnosis.hpp"

namespace convgauge::verify {

struct Mismatch {
  std::array<std::int64_t, 4> at{};  // n, c, h, w of the output
  double got = 0, want = 0, allowed = 0;
  bool operator==(const Mismatch&) const = default;
};
template <class Walk, Is<Mismatch> T>
void describe(Walk& walk, T& m) {
  walk(Key("at", "the four indices n, c, h, w"), m.at);
  walk("got", m.got);
  walk("want", m.want);
  walk("allowed", m.allowed);
}

/// The result is right. worst: the largest |got - want| / allowed, at most 1. rel_l2: the relative
/// L2 error on the normal fill.
struct Agrees {
  static constexpr auto kOutcome = Outcome::agrees;
  double worst = 0, rel_l2 = 0;
  std::int64_t elements = 0;
  std::vector<std::string> notes;  // "nonfinite_spread", ...
  bool operator==(const Agrees&) const = default;
};
template <class Walk, Is<Agrees> T>
void describe(Walk& walk, T& v) {
  walk("worst", v.worst);
  walk("rel_l2", v.rel_l2);
  walk("elements", v.elements);
  walk(Key("notes").omit_default(), v.notes);
}

/// The result is wrong. `where` is the shape of the error region in words.
struct Differs {
  static constexpr auto kOutcome = Outcome::wrong;
  std::int64_t count = 0, of = 0;
  Mismatch first, worst;
  Oracle oracle;
  std::string where;
  Diagnosis diagnosis;
  std::optional<Fill> fill{};  // that the inputs held; empty in older results files
  bool operator==(const Differs&) const = default;
};
template <class Walk, Is<Differs> T>
void describe(Walk& walk, T& v) {
  walk("count", v.count);
  walk("of", v.of);
  walk("first", v.first);
  walk("worst", v.worst);
  walk("oracle", v.oracle);
  walk("where", v.where);
  walk("diagnosis", v.diagnosis);
  walk(Key("fill").omit_default(), v.fill);
}

/// The backend says that it does not support the case; never a failure.
struct Refused {
  static constexpr auto kOutcome = Outcome::refused;
  OpenWord<RefusalReason> reason;
  std::string why;
  bool operator==(const Refused&) const = default;
};
template <class Walk, Is<Refused> T>
void describe(Walk& walk, T& v) {
  walk("reason", v.reason);
  walk("why", v.why);
}

/// The plugin read or wrote memory that is not its own, or left part of the output unwritten.
struct Trespass {
  static constexpr auto kOutcome = Outcome::trespass;
  OpenWord<Rule> rule;
  std::string where;
  bool operator==(const Trespass&) const = default;
};
template <class Walk, Is<Trespass> T>
void describe(Walk& walk, T& v) {
  walk("rule", v.rule);
  walk("where", v.where);
}

/// The worker process ended. signal 0: it exited with `status`.
struct Died {
  static constexpr auto kOutcome = Outcome::died;
  int signal = 0, status = 0;
  std::string where, last_words;
  bool operator==(const Died&) const = default;
};
template <class Walk, Is<Died> T>
void describe(Walk& walk, T& v) {
  walk("signal", v.signal);
  walk("status", v.status);
  walk("where", v.where);
  walk("last_words", v.last_words);
}

/// It used up its limit of the time in which it could run (worker/time_limit.hpp).
struct TimedOut {
  static constexpr auto kOutcome = Outcome::timed_out;
  std::chrono::milliseconds limit{0};
  std::string during;
  bool operator==(const TimedOut&) const = default;
};
template <class Walk, Is<TimedOut> T>
void describe(Walk& walk, T& v) {
  walk("limit_ms", v.limit);
  walk("during", v.during);
}

/// The plugin reported an error itself, or broke a rule of the plugin interface that no other
/// verdict covers. In a results file both are one text: sentence().
struct Failed {
  static constexpr auto kOutcome = Outcome::failed;
  std::string why;
  std::optional<Rule> rule{};
  /// Set only in a reply of the worker: nothing more can run in that process.
  bool device_lost = false;
  std::string file{};  // the plugin file, where it could not be loaded
  bool operator==(const Failed&) const = default;
};
/// Failed for breaking a rule: "R6: requirements changed between two calls".
inline Failed broken(Rule rule, std::string how) {
  return {std::move(how), rule};
}

/// There is no verdict, and that is not the plugin's fault: the machine did not let it run.
struct Unjudged {
  static constexpr auto kOutcome = Outcome::unjudged;
  std::string why;
  bool operator==(const Unjudged&) const = default;
};
template <class Walk, Is<Unjudged> T>
void describe(Walk& walk, T& v) {
  walk("why", v.why);
}

using Verdict = std::variant<Agrees, Differs, Refused, Trespass, Died, TimedOut, Failed, Unjudged>;
static_assert(Words<VerdictKind>::words.size() == std::variant_size_v<Verdict>);

inline VerdictKind kind_of(const Verdict& verdict) {
  return static_cast<VerdictKind>(verdict.index());
}
/// The word for its kind: "agrees", "differs", "refused", "trespass", "died", "timed_out",
/// "failed", "unjudged".
inline std::string_view kind(const Verdict& verdict) {
  return word(kind_of(verdict));
}

/// Whether the machine denied what the harness needs, so that nothing is known of the backend.
inline bool is_denied(const Verdict& verdict) {
  const auto* refused = std::get_if<Refused>(&verdict);
  return refused && refused->reason == RefusalReason::machine;
}

/// Empty where the verdict is not Differs.
inline Diagnosis diagnosis_of(const Verdict& verdict) {
  const auto* differs = std::get_if<Differs>(&verdict);
  return differs ? differs->diagnosis : Diagnosis{};
}

/// One line for a person, without the kind: "worst 0.12 of the allowed error", "signal SIGSEGV:
/// read 4 bytes past src".
std::string sentence(const Verdict& verdict);

/// The outcome of a case with this verdict; Outcome::agrees where it would depend on a measurement.
Outcome outcome_of(const Verdict& verdict);

inline bool is_defect(const Verdict& v) {
  return row_of(outcome_of(v)).is_defect;
}
/// What a plugin must never do to its host: died, timed_out, trespass (exit code 4).
inline bool is_crash(const Verdict& v) {
  return row_of(outcome_of(v)).is_crash;
}

}  // namespace convgauge::verify
