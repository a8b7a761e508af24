// The gate's judgement as JUnit's XML, for a CI server: one test for each case that was compared.
#include <fmt/format.h>

#include <map>

#include "core/layers.hpp"
#include "record/classify.hpp"
#include "report/escape.hpp"
#include "report/gate/gate.hpp"
#include "report/junit.hpp"

namespace convgauge::report {
namespace {

struct Finding {
  JUnitResult result = JUnitResult::passed;
  std::string text;
};

JUnitResult result_of(const Suspect& s) {
  switch (s.result) {
    case SuspectResult::not_told:
      return JUnitResult::skipped;
    case SuspectResult::not_slower:
      return JUnitResult::passed;
    case SuspectResult::slower:
      return JUnitResult::failure;
    case SuspectResult::failed:
      break;
  }
  return s.verdict && is_crash(*s.verdict) ? JUnitResult::error : JUnitResult::failure;
}

std::map<const ComparedCase*, Finding> findings_of(const Gate& gate) {
  std::map<const ComparedCase*, Finding> all;
  for (const auto& s : gate.suspects)
    all[s.compared] = {result_of(s), fmt::format("{}: {}; {}", word(s.result), s.why, s.outcome)};
  for (const auto& f : gate.lost)
    all[f.compared] = {gate.options.allow_refusals ? JUnitResult::skipped : JUnitResult::failure,
                       f.why};
  for (const auto& f : gate.failures)
    all[f.compared] = {row_of(*f.compared->candidate).junit, f.why};
  return all;
}

std::string element(const Finding& finding) {
  const bool error = finding.result == JUnitResult::error;
  if (!error && finding.result != JUnitResult::failure)
    return junit_remark(finding.result, finding.text);
  return fmt::format("<{} message=\"{}\"/>", error ? "error" : "failure",
                     escape_markup(finding.text));
}

}  // namespace

std::string gate_junit(const Gate& gate) {
  auto found = findings_of(gate);
  JUnitCounts counts;
  std::string tests;
  const auto add = [&](const std::string& name, const Finding& finding) {
    counts.add(finding.result);
    tests += fmt::format("    <testcase classname=\"convgauge.gate\" name=\"{}\">{}</testcase>\n",
                         escape_markup(name), element(finding));
  };
  for (const auto& c : gate.comparison.cases) {
    auto finding = found[&c];
    if (finding.text.empty() && !gate.unjudged.empty())
      finding = {JUnitResult::skipped, "times were not judged: " + gate.unjudged};
    add(case_name(gate.comparison, c), finding);
  }
  for (const auto& sentence : gate.known_no_more)
    add("known failure: " + sentence, {JUnitResult::failure, sentence});
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"convgauge gate\" {}>\n"
      "  <testsuite name=\"gate: {}\" {}>\n{}  </testsuite>\n</testsuites>\n",
      counts.attributes(), word(gate.verdict), counts.attributes(), tests);
}

}  // namespace convgauge::report
