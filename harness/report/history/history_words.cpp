// A history in sentences.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/layers.hpp"
#include "report/history/history.hpp"
#include "report/words.hpp"

namespace convgauge::report {
namespace {

/// "+8.1%", "−0.63%".
std::string change_text(double ratio) {
  const double percent = 100 * (ratio - 1), size = std::abs(percent);
  return fmt::format("{}{}%", percent < 0 ? "−" : "+",
                     size >= 9.95 ? fmt::format("{:.0f}", size) : fmt::format("{:.1f}", size));
}

std::string run_text(const History& h, int run) {
  return fmt::format("run {} ({})", run + 1, h.runs[static_cast<std::size_t>(run)].name);
}

double largest(const CaseHistory& c) {
  double size = 0;
  for (const auto& step : c.steps) size = std::max(size, std::abs(std::log(step.ratio)));
  return size;
}

/// Its verdict changed between runs, and in the last run that has it, it does not agree.
bool fails_now(const CaseHistory& c) {
  return !c.fates.empty() && c.fates.back().worse;
}

std::string column_text(const CaseRecord& r) {
  const bool own =
      r.requested_algorithm == "default" || r.label.ends_with(":" + r.requested_algorithm);
  return own ? r.label : r.label + " " + r.requested_algorithm;
}

}  // namespace

std::string case_name(const History& h, const CaseHistory& c) {
  const auto& r = *c.last;
  auto text = (h.several_suites && !r.problem.suite.empty() ? r.problem.suite + "." : "") +
              row_name(r.problem) + " · " + column_text(r);
  for (const auto& part : varying(r.settings, h.settings)) text += " · " + part.phrase;
  return text;
}

std::string step_text(const History& h, const Step& step) {
  return fmt::format("{} ({} … {}) at {}", change_text(step.ratio), change_text(step.low),
                     change_text(step.high), run_text(h, step.run));
}

std::vector<Difference> reasons(const History& h, const CaseHistory& c, const Step& step) {
  const auto &before = h.runs[static_cast<std::size_t>(step.from)],
             &after = h.runs[static_cast<std::size_t>(step.run)];
  const auto label = c.last->label.substr(0, c.last->label.find(':'));
  auto list = differences({before.name, {before.results}}, {after.name, {after.results}}, {});
  std::erase_if(list, [&](const Difference& d) {
    return !d.label.empty() && d.label != label && d.label != c.last->label;
  });
  return list;
}

std::string history_answer(const History& h) {
  std::size_t stepped = 0, slower = 0, faster = 0, failing = 0;
  const CaseHistory* most = nullptr;
  for (const auto& c : h.cases) {
    stepped += !c.steps.empty();
    failing += fails_now(c);
    for (const auto& step : c.steps) ++(step.ratio > 1 ? slower : faster);
    if (!c.steps.empty() && (!most || largest(c) > largest(*most))) most = &c;
  }
  auto text = fmt::format("{} runs from {} to {}: ", h.runs.size(),
                          h.runs.front().results->header.started.substr(0, 10),
                          h.runs.back().results->header.started.substr(0, 10));
  text += failing > 0 ? fmt::format("{} no longer agree{}; ", counted(failing, "case"),
                                    failing == 1 ? "s" : "")
                      : "";
  if (!most) return text + fmt::format("none of {} cases stepped.", h.cases.size());
  const auto& step =
      *std::max_element(most->steps.begin(), most->steps.end(), [](const Step& a, const Step& b) {
        return std::abs(std::log(a.ratio)) < std::abs(std::log(b.ratio));
      });
  return text + fmt::format(
                    "{} of {} cases stepped, {} to slower and {} to faster. The largest "
                    "step: {}, {}.",
                    stepped, h.cases.size(), counted(slower, "time"), faster, case_name(h, *most),
                    step_text(h, step));
}

std::string history_rule(const History& h) {
  const bool known = std::any_of(h.runs.begin(), h.runs.end(), [](const HistoryRun& r) {
    return r.before && r.before->controls >= kLeastControls;
  });
  return fmt::format(
      "A step is told where the 99% intervals before and after do not meet, the new level holds "
      "for two runs (of four "
      "or more), and the change is beyond 1%, the noise floors, and what cases moved for which "
      "nothing was changed{}, "
      "by so many deviations that all cases and runs together should raise a false alarm in "
      "{:.0f}% of histories{}. "
      "Times of different runs are suspicions all the same: `convgauge gate` confirms one.",
      known ? ""
            : fmt::format(" (too few of them here: {:.0f}% is assumed)", 100 * kAssumedScatter),
      100 * kFalseHistories,
      h.runs.size() < kEnoughRuns
          ? fmt::format(" of {} runs or more; of fewer, as here, in more, and a step is a hint",
                        kEnoughRuns)
          : "");
}

std::string boundary_text(const Boundary& b) {
  if (b.controls < kLeastControls)
    return fmt::format("{} unchanged: too few to tell what the machine did",
                       counted(b.controls, "case"));
  return fmt::format("the machine itself: {} ({} unchanged cases, scatter {:.2g}%)",
                     change_text(b.moved), b.controls, 100 * b.scatter);
}

std::vector<int> by_interest(const History& h) {
  std::vector<int> order(h.cases.size());
  std::iota(order.begin(), order.end(), 0);
  const auto interest = [&](int i) {
    const auto& c = h.cases[static_cast<std::size_t>(i)];
    return fails_now(c) ? 1e9 : largest(c) + (c.fates.empty() ? 0 : 1e-9);
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](int a, int b) { return interest(a) > interest(b); });
  return order;
}

}  // namespace convgauge::report
