// The same cases over several runs: the time of each in every run, its steps (lasting changes of
// the time), and what differed between the runs. Computed once here, so that page, Markdown and
// text agree.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/expected.hpp"
#include "core/layers.hpp"
#include "measure/statistics.hpp"
#include "record/record.hpp"
#include "report/compare/comparison.hpp"
#include "report/history/steps.hpp"
#include "report/page_parts.hpp"

namespace convgauge::report {

struct HistoryPoint {
  const CaseRecord* record = nullptr;     // null: not part of this run
  std::optional<MedianInterval> time_ns;  // only where the result agrees and was measured
};

/// A change of a case's verdict since the last run that had the case.
struct Fate {
  int run = 0;
  bool worse = false;
  std::string words;  // "✕ wrong, was agrees"
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
  std::vector<Difference> differences;  // from the run before; empty for the first
  std::optional<Boundary> before;       // the machine's change since that run; empty for the first
};

struct History {
  std::vector<HistoryRun> runs;  // by start time
  std::vector<CaseHistory> cases;
  bool several_suites = false;
  std::vector<CaseSettings> settings;  // each once: names include what varies
};

/// The results must outlive what is returned. An error where no case was part of two runs.
Expected<History> history(const std::vector<Results>& all, const std::vector<std::string>& names);

/// "layer1.0.conv2 · winograd", with the suite and the settings where there are several.
std::string case_name(const History& history, const CaseHistory& c);
/// "+8.1% (+7.2% … +9.0%) at run 3 (nightly-3)": a step in words.
std::string step_text(const History& history, const Step& step);
/// What differs between the two runs of a step, without what concerns other backends: "plugin hash
/// of winograd", a, b.
std::vector<Difference> reasons(const History& history, const CaseHistory& c, const Step& step);
/// The answer in a sentence or two; and the rule by which steps are found.
std::string history_answer(const History& history);
std::string history_rule(const History& history);
/// "the machine itself: +2.1% (24 unchanged cases, scatter 0.8%)": how a run differs from the one
/// before apart from the recorded differences.
std::string boundary_text(const Boundary& boundary);
/// Indices of the cases: those that fail now first, then by the size of the largest step, then in
/// their original order.
std::vector<int> by_interest(const History& history);

/// One function for each format.
std::string history_text(const History& history, int width);
/// At most 64 KB.
std::string history_markdown(const History& history);
/// For the page; null where the runs share no case.
PageJson history_json(const std::vector<Results>& all, const std::vector<std::string>& names);

}  // namespace convgauge::report
