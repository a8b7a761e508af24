// What became of one backend on one problem. Exactly one of these, each with its own evidence.
#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace convgauge {

struct Mismatch {
  std::array<std::int64_t, 4> at{};  // n, c, h, w of the output
  double got = 0, want = 0, allowed = 0;
  bool operator==(const Mismatch&) const = default;
};

/// The result is right: worst = largest |got - want| / allowed, at most 1; rel_l2 of the normal
/// fill.
struct Agrees {
  double worst = 0, rel_l2 = 0;
  std::int64_t elements = 0;
  std::vector<std::string> notes;  // "nonfinite_spread", ...
  bool operator==(const Agrees&) const = default;
};

/// The result is wrong. `where` is the shape of the error region in words; `oracle` what found it
/// ("integer", "normal", "honesty", ...); diagnosis the changed specification that gives the same
/// output, empty if none does.
struct Differs {
  std::int64_t count = 0, of = 0;
  Mismatch first, worst;
  std::string oracle, where, diagnosis;
  bool operator==(const Differs&) const = default;
};

/// An honest "not supported"; never a failure. reason is the ABI's word ("padding_mode").
struct Refused {
  std::string reason, why;
  bool operator==(const Refused&) const = default;
};

/// Read or wrote what was not its own, or left part of the output unwritten. rule is the ABI's
/// ("R9").
struct Trespass {
  std::string rule, where;
  bool operator==(const Trespass&) const = default;
};

/// The process ended. signal 0: it exited, with `status`.
struct Died {
  int signal = 0, status = 0;
  std::string where, last_words;
  bool operator==(const Died&) const = default;
};

struct TimedOut {
  std::chrono::milliseconds limit{0};
  std::string during;
  bool operator==(const TimedOut&) const = default;
};

/// The plugin said so itself, or broke a rule of the ABI that is none of the above.
struct Failed {
  std::string why;
  bool device_lost =
      false;  // on its way from the worker only: nothing more can run in that process
  bool operator==(const Failed&) const = default;
};

using Verdict = std::variant<Agrees, Differs, Refused, Trespass, Died, TimedOut, Failed>;

/// "agrees", "differs", "refused", "trespass", "died", "timed_out", "failed".
std::string_view kind(const Verdict& verdict);

/// One line for a person, without the kind: "worst 0.12 of the allowed error", "signal SIGSEGV:
/// read 4 bytes past src".
std::string sentence(const Verdict& verdict);

inline bool is_defect(const Verdict& v) {
  return !std::holds_alternative<Agrees>(v) && !std::holds_alternative<Refused>(v);
}
/// What a plugin must never do to its host: died, timed_out, trespass (exit code 4).
inline bool is_crash(const Verdict& v) {
  return std::holds_alternative<Trespass>(v) || std::holds_alternative<Died>(v) ||
         std::holds_alternative<TimedOut>(v);
}

}  // namespace convgauge
