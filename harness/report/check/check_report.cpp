#include "report/check/check_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "config/described_json.hpp"
#include "core/layers.hpp"
#include "core/problem_text.hpp"
#include "core/text.hpp"
#include "record/classify.hpp"
#include "report/counts.hpp"
#include "run/outcome.hpp"

namespace convgauge::report {
namespace {

constexpr std::size_t kMostFailures = 10, kLogBytes = 4096;

bool is_kernel(const CheckInput& input, const std::string& label) {
  return label == input.label || label.starts_with(input.label + ".");
}

/// The cases of the kernel alone: what another backend does wrong is not its fault.
Results kernel_cases(const CheckInput& input, const std::optional<Results>& results) {
  Results own;
  if (!results) return own;
  own.header = results->header;
  for (const auto& r : results->cases)
    if (is_kernel(input, r.label)) own.cases.push_back(r);
  return own;
}

std::string word_of(const OutcomeRow& row) {
  std::string word(row.word);
  std::replace(word.begin(), word.end(), ' ', '_');
  return word;
}

std::string problem_of(const CaseRecord& r) {
  const auto text = short_text(r.problem.geometry);
  return r.problem.name.empty() || r.problem.name == text
             ? text
             : fmt::format("{} ({}.{})", text, r.problem.suite, r.problem.name);
}

std::string what_of(const CaseRecord& r) {
  if (const auto* d = std::get_if<Differs>(&r.verdict))
    return fmt::format("{} of {} outputs are wrong ({}): {}{}", d->count, d->of, text(d->oracle),
                       d->where, d->diagnosis.empty() ? "" : "; it " + text(d->diagnosis));
  if (const auto* i = std::get_if<Inconclusive>(&r.measurement)) return i->evidence.doubt;
  return sentence(r.verdict);
}

CheckedFailure failure_of(const CaseRecord& r) {
  CheckedFailure f{word_of(row_of(r)), r.label, problem_of(r), what_of(r), r.replay};
  if (r.smallest) f.smallest = r.smallest->replay;
  return f;
}

/// Fills the failures and doubts; returns all cases of the kernel.
Results look_at_cases(const CheckInput& input, CheckReport& report) {
  Results all = kernel_cases(input, input.verified);
  auto timed = kernel_cases(input, input.timed);
  std::move(timed.cases.begin(), timed.cases.end(), std::back_inserter(all.cases));
  std::set<std::pair<std::string, Outcome>> seen;
  for (const auto& r : all.cases) {
    const auto outcome = classify(r);
    if (outcome == Outcome::implausible)
      report.doubts.push_back(failure_of(r));
    else if (row_of(outcome).is_defect && report.failures.size() < kMostFailures &&
             seen.emplace(r.label, outcome).second)
      report.failures.push_back(failure_of(r));
  }
  return all;
}

/// The word of the outcome that decided the exit code of these cases.
std::string deciding_word(const Results& all, ExitCode code) {
  if (code == kGood) return "agrees";
  for (const auto& r : all.cases)
    if (row_of(r).code == code) return word_of(row_of(r));
  return "wrong";
}

void decide(const CheckInput& input, CheckReport& report) {
  const auto all = look_at_cases(input, report);
  if (input.built && input.built->library.empty()) {
    report.verdict = "not_built", report.exit_code = kUsage;
    report.reasons.push_back(input.built->why);
    return;
  }
  if (!input.rules || !input.rules->not_loaded.empty() || input.rules->exit_code == kUsage) {
    report.verdict = "not_loaded", report.exit_code = kUsage;
    if (input.rules) report.reasons.push_back(input.rules->not_loaded);
    if (!input.trouble.empty()) report.reasons.push_back(input.trouble);
    return;
  }
  const auto code =
      all.cases.empty() ? kNothingRan : static_cast<ExitCode>(run::exit_code(all, false));
  const auto rules = static_cast<ExitCode>(input.rules->exit_code);
  const bool broken = rules == kWrong || rules == kCrashed;
  // A crash counts before a wrong result, and what a case shows before what a rule does.
  const bool by_rules = broken && code != kCrashed && (rules == kCrashed || code != kWrong);
  report.exit_code = by_rules ? rules : code;
  report.verdict = by_rules ? "broken_rule" : deciding_word(all, code);
  if (broken)
    for (const auto& line : input.rules->lines)
      if (line.state == RuleState::broken)
        report.reasons.push_back(fmt::format("{}: {}: {}", line.rule, line.what, line.evidence));
  for (const auto& f : report.failures)
    report.reasons.push_back(
        fmt::format("{}: {} on {}: {}", f.outcome, f.label, f.problem, f.what));
  for (const auto& d : report.doubts)
    report.reasons.push_back(fmt::format("implausible: {} on {}: {}", d.label, d.problem, d.what));
  if (code == kNothingRan && !all.cases.empty())
    report.reasons.push_back("refused: " + sentence(all.cases.back().verdict));
  if (!input.trouble.empty()) {
    report.reasons.push_back(input.trouble);
    if (report.exit_code == kGood) report.exit_code = kUsage;
  }
}

/// A ratio of the kernel's time over another's, turned round.
SpeedUp speed_up_of(const MedianInterval& ratio) {
  const auto inverse = [](double value) { return 1 / value; };
  SpeedUp s{inverse(ratio.median), {}, {}, ratio.confidence};
  if (ratio.high) s.low = inverse(*ratio.high);
  if (ratio.low) s.high = inverse(*ratio.low);
  return s;
}

std::set<std::string> labels(const CheckInput& input, bool kernel) {
  std::set<std::string> all;
  for (const auto& r : input.timed->cases)
    if (is_kernel(input, r.label) == kernel) all.insert(r.label);
  return all;
}

void compare_with(const CheckInput& input, const std::string& label, const std::string& other,
                  CheckReport& report) {
  const Side side{input.folder, {&*input.timed}};
  const auto compared = compare(side, side, {.of = label, .with = other});
  if (!compared) return;
  for (const auto& n : compared->networks)
    report.speed_up.push_back(
        {n.suite, label, other, n.settings_text, speed_up_of(n.time_ratio), n.layers, n.missing});
  for (const auto& c : compared->cases) {
    const auto& r = c.any();
    CheckedCase checked{r.problem.suite,
                        r.problem.name,
                        short_text(r.problem.geometry),
                        label,
                        other,
                        c.candidate_ns,
                        c.baseline_ns,
                        {},
                        {}};
    if (c.time_ratio)
      checked.speed_up = speed_up_of(*c.time_ratio);
    else
      checked.why = change_reason(c);
    report.cases.push_back(std::move(checked));
  }
}

void add_notes(const CheckInput& input, CheckReport& report) {
  if (input.interrupted) report.notes.push_back("interrupted: what was finished is here");
  for (const auto* results : {&input.verified, &input.timed}) {
    if (!*results) continue;
    for (const auto& a : (*results)->header.absent)
      report.notes.push_back(fmt::format("{} is absent: {}", a.name, a.why));
    std::set<std::string> failed;
    for (const auto& r : (*results)->cases)
      if (!is_kernel(input, r.label) && row_of(r).is_defect && failed.insert(r.label).second)
        report.notes.push_back(fmt::format("{}, which it is compared with, failed on {}: {}",
                                           r.label, problem_of(r), what_of(r)));
  }
  if (!input.timed && report.exit_code != kUsage) report.notes.push_back("it was not timed");
  const auto untold = std::count_if(report.cases.begin(), report.cases.end(),
                                    [](const CheckedCase& c) { return !c.speed_up; });
  if (untold > 0)
    report.notes.push_back(fmt::format("{} of {} have no speed-up; `cases` says why", untold,
                                       counted(std::ssize(report.cases), "case")));
}

/// Rules that are kept are counted; of the others all is told.
Json rules_json(const RuleReport& rules) {
  std::vector<RuleLine> others;
  for (const auto& line : rules.lines)
    if (line.state != RuleState::kept) others.push_back(line);
  return {{"probes", rules.probes},
          {"backends", rules.backends},
          {"kept", rules.lines.size() - others.size()},
          {"not_kept", config::written(others)}};
}

Json step_json(const CheckInput& input, const std::optional<Results>& results) {
  if (!results) return {};
  const auto own = kernel_cases(input, results);
  Json j{{"suite", results->header.suite}, {"cases", own.cases.size()}, {"counts", Json::object()}};
  for (const auto& count : counts(own))
    if (count.cases > 0) j["counts"][count.word] = count.cases;
  return j;
}

Json build_json(const BuiltSource& built) {
  return {{"command", built.command},
          {"compiler", built.compiler},
          {"seconds", built.seconds},
          {"library", built.library.string()},
          {"log", built.log.substr(0, kLogBytes)},
          {"log_bytes", built.log.size()}};
}

/// What the kernel's workers had loaded beside convgauge's own: another library under the kernel's
/// name shows here.
Json libraries_json(const CheckInput& input) {
  Json j = Json::array();
  const auto& results = input.timed ? input.timed : input.verified;
  if (!results) return j;
  Libraries all;
  for (const auto& [label, libraries] : loaded_libraries(*results))
    if (is_kernel(input, label)) add_libraries(all, libraries);
  for (const auto& library : all)
    if (!contains(input.ours, library))
      j.push_back(library.path.empty() ? library.name : library.path);
  return j;
}

}  // namespace

CheckReport report_of(const CheckInput& input) {
  CheckReport report;
  decide(input, report);
  if (input.timed)
    for (const auto& label : labels(input, true))
      for (const auto& other : labels(input, false)) compare_with(input, label, other, report);
  add_notes(input, report);
  if (input.interrupted) report.exit_code = kInterrupted;
  return report;
}

std::string check_json(const CheckInput& input, const CheckReport& report) {
  Json j{{"record", "check"},
         {"schema_version", 1},
         {"kernel", input.kernel},
         {"hash", input.hash},
         {"verdict", report.verdict},
         {"exit_code", static_cast<int>(report.exit_code)},
         {"reasons", report.reasons},
         {"speed_up", config::written(report.speed_up)},
         {"failures", config::written(report.failures)},
         {"doubts", config::written(report.doubts)},
         {"notes", report.notes},
         {"against", input.against},
         {"build", input.built ? build_json(*input.built) : Json()},
         {"rules", input.rules ? rules_json(*input.rules) : Json()},
         {"verified", step_json(input, input.verified)},
         {"timed", step_json(input, input.timed)},
         {"cases", config::written(report.cases)},
         {"libraries", libraries_json(input)},
         {"folder", input.folder}};
  return j.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string check_text(const CheckReport& report) {
  auto text = fmt::format("{}\n", report.verdict);
  for (const auto& reason : report.reasons) text += fmt::format("  {}\n", reason);
  for (const auto& n : report.speed_up) {
    const auto& s = n.speed_up;
    text += fmt::format("  {} on {} ({}): {}× the speed of {}", n.label, n.suite,
                        counted(n.layers, "layer"), fmt::format("{:.3g}", s.times), n.against);
    if (s.low && s.high)
      text += fmt::format(", {:.0f}% interval {} to {}", 100 * s.confidence, significant(*s.low),
                          significant(*s.high));
    text += n.missing ? fmt::format("; {} without a time\n", counted(n.missing, "layer")) : "\n";
  }
  for (const auto& note : report.notes) text += fmt::format("  note: {}\n", note);
  return text;
}

}  // namespace convgauge::report
