// The same cases over several runs: where each stood in every run, when it stepped, and what was
// not the same then. Computed here once, so that page, Markdown and text do not disagree.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/expected.hpp"
#include "measure/statistics.hpp"
#include "record/record.hpp"
#include "report/compare/comparison.hpp"
#include "report/history/steps.hpp"
#include "report/page_parts.hpp"

namespace convgauge {

struct HistoryPoint {
  const CaseRecord* record = nullptr;     // null: not part of this run
  std::optional<MedianInterval> time_ns;  // only where the result agrees and was measured
};

/// A case came to something else than the last time that it ran.
struct Fate {
  int run = 0;
  bool worse = false;
  std::string words;  // "agreed, now ✕ wrong"
};

struct CaseHistory {
  const CaseRecord* last = nullptr;
  std::vector<HistoryPoint> points;  // by run
  std::vector<Step> steps;
  std::vector<Fate> fates;
};

struct HistoryRun {
  const Results* results = nullptr;
  std::string name;
  std::vector<Difference> differences;  // from the run before; none of the first
  std::optional<Boundary> before;  // what the machine did since the run before; none of the first
};

struct History {
  std::vector<HistoryRun> runs;  // by start time
  std::vector<CaseHistory> cases;
  bool several_suites = false;
  std::vector<CaseSettings> settings;  // all different ones: a name has what varies in them
};

/// The results must outlive what is returned. An error where no case was part of two runs.
Expected<History> history(const std::vector<Results>& all, const std::vector<std::string>& names);

/// "layer1.0.conv2 · winograd", with the suite and the settings where there are several.
std::string case_name(const History& history, const CaseHistory& c);
/// "+8.1% (7.2 … 9.0) at run 3 (nightly-3)": a step in words.
std::string step_text(const History& history, const Step& step);
/// What was not the same between the two runs of a step, for the case's own backend: "plugin hash
/// of winograd: a → b".
std::vector<std::string> reasons(const History& history, const CaseHistory& c, const Step& step);
/// The answer in a sentence or two; and the rule that told the steps.
std::string history_answer(const History& history);
std::string history_rule(const History& history);
/// "the machine itself: +2.1% (24 controls, scatter 0.8%)": what is known of a run beside its
/// differences.
std::string boundary_text(const Boundary& boundary);
/// Indices of the cases: what fails now first, then by the size of the largest step, then as they
/// came.
std::vector<int> by_interest(const History& history);

/// A format each.
std::string history_text(const History& history, int width);
/// Never over 64 KB.
std::string history_markdown(const History& history);
/// For the page; null where the runs share no case.
PageJson history_json(const std::vector<Results>& all, const std::vector<std::string>& names);

}  // namespace convgauge
