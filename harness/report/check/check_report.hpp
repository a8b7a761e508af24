// What `convgauge check` says of one kernel: one JSON object. plugins/EVALUATING.md explains it.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/describe.hpp"
#include "core/layers.hpp"
#include "measure/statistics.hpp"
#include "record/record.hpp"
#include "report/compare/comparison.hpp"
#include "run/build_source.hpp"
#include "run/rules.hpp"

namespace convgauge::report {

/// All that was found. A step that was not reached is empty.
struct CheckInput {
  std::string kernel;                // the file, as it was named
  std::string hash;                  // of that file
  std::string label;                 // of the kernel in the runs
  std::vector<std::string> against;  // the backends that it is compared with
  std::optional<BuiltSource> built;  // empty where the kernel is a library already
  std::optional<RuleReport> rules;
  std::optional<Results> verified, timed;
  Libraries ours;       // that convgauge itself has loaded
  std::string trouble;  // a step that could not be begun, and why
  std::string folder;   // what is kept of it
  bool interrupted = false;
};

/// How sure a speed-up is: above 1 the kernel is faster. Without low and high where there are too
/// few samples for an interval.
struct SpeedUp {
  double times = 0;
  std::optional<double> low, high;
  double confidence = 0;
};
template <class Walk, Is<SpeedUp> T>
void describe(Walk& walk, T& s) {
  walk("times", s.times);
  walk("low", s.low);
  walk("high", s.high);
  walk("confidence", s.confidence);
}

/// A network (or a single problem) as a whole: the geometric mean of its layers, weighted by count.
struct CheckedNetwork {
  std::string suite, label, against, settings;
  SpeedUp speed_up;
  int layers = 0, missing = 0;  // with a time on both sides, and without
};
template <class Walk, Is<CheckedNetwork> T>
void describe(Walk& walk, T& n) {
  walk("suite", n.suite);
  walk("label", n.label);
  walk("against", n.against);
  walk("settings", n.settings);
  walk("speed_up", n.speed_up);
  walk("layers", n.layers);
  walk("missing", n.missing);
}

struct CheckedCase {
  std::string suite, name, problem, label, against;
  double kernel_ns = 0, against_ns = 0;
  std::optional<SpeedUp> speed_up;
  std::string why;  // where there is no speed-up
};
template <class Walk, Is<CheckedCase> T>
void describe(Walk& walk, T& c) {
  walk("suite", c.suite);
  walk("name", c.name);
  walk("problem", c.problem);
  walk("label", c.label);
  walk("against", c.against);
  walk("kernel_ns", c.kernel_ns);
  walk("against_ns", c.against_ns);
  walk("speed_up", c.speed_up);
  walk(Key("why").omit_default(), c.why);
}

/// A case that is not right, or a time that is not believed.
struct CheckedFailure {
  std::string outcome, label, problem, what, replay, smallest{};
};
template <class Walk, Is<CheckedFailure> T>
void describe(Walk& walk, T& f) {
  walk("outcome", f.outcome);
  walk("label", f.label);
  walk("problem", f.problem);
  walk("what", f.what);
  walk("replay", f.replay);
  walk(Key("smallest").omit_default(), f.smallest);
}

struct CheckReport {
  /// "agrees", "not_built", "not_loaded", "broken_rule", or the outcome that decided the exit code:
  /// "wrong", "failed", "died", "timed_out", "trespass", "refused", "not_judged", "implausible",
  /// "not_run".
  std::string verdict;
  ExitCode exit_code = kGood;
  std::vector<std::string> reasons;  // sentences; empty where all is right
  std::vector<CheckedNetwork> speed_up;
  std::vector<CheckedFailure> failures;  // the first of each kind and label, ten at most
  std::vector<CheckedFailure> doubts;    // times that cannot be true
  std::vector<std::string> notes;        // what a reader should know
  std::vector<CheckedCase> cases;        // as they were timed
};

CheckReport report_of(const CheckInput& input);

/// The whole object, with the steps it is made of. Ends with a newline.
std::string check_json(const CheckInput& input, const CheckReport& report);

/// A few lines for the terminal.
std::string check_text(const CheckReport& report);

}  // namespace convgauge::report
