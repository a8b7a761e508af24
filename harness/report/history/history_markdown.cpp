// A history as Markdown, for a pull request or a wiki: at most 64 KB.
#include <fmt/format.h>

#include "core/layers.hpp"
#include "core/problem_text.hpp"
#include "report/escape.hpp"
#include "report/history/history.hpp"
#include "report/limited.hpp"
#include "report/words.hpp"

namespace convgauge::report {
namespace {

void add_runs(Limited& out, const History& h) {
  out.add("\n| run | started | | what differs from the run before |\n| --: | :-- | :-- | :-- |\n");
  for (std::size_t i = 0; i < h.runs.size(); ++i) {
    const auto& run = h.runs[i];
    std::string words;
    for (const auto& d : run.differences) words += escape_markdown(difference_text(d)) + "; ";
    if (run.before) words += boundary_text(*run.before);
    out.add(fmt::format("| {} | {} | {} | {} |\n", i + 1,
                        escape_markdown(run.results->header.started), escape_markdown(run.name),
                        words));
  }
}

std::string times_text(const CaseHistory& c) {
  std::string text;
  for (const auto& p : c.points)
    text +=
        (text.empty() ? "" : ", ") + (p.time_ns ? time_text(p.time_ns->median) : std::string("—"));
  return text;
}

std::string moves_text(const History& h, const CaseHistory& c) {
  std::string text;
  const auto add = [&](const std::string& words) {
    text += (text.empty() ? "" : "; ") + escape_markdown(words);
  };
  for (const auto& fate : c.fates) add(fmt::format("{} at run {}", fate.words, fate.run + 1));
  for (const auto& step : c.steps) {
    add(step_text(h, step));
    for (const auto& why : reasons(h, c, step)) add(difference_text(why));
  }
  return text;
}

}  // namespace

std::string history_markdown(const History& h) {
  Limited out;
  out.add(fmt::format("## convgauge: history\n\n{}\n", escape_markdown(history_answer(h))));
  add_runs(out, h);
  bool first = true;
  for (const int i : by_interest(h)) {
    const auto& c = h.cases[static_cast<std::size_t>(i)];
    if (c.steps.empty() && c.fates.empty()) continue;
    if (std::exchange(first, false))
      out.add("\n| case | problem | run by run | steps |\n| :-- | :-- | :-- | :-- |\n");
    out.add(fmt::format("| {} | {} | {} | {} |\n", escape_markdown(case_name(h, c)),
                        markdown_code(short_text(c.last->problem.geometry)), times_text(c),
                        moves_text(h, c)));
  }
  out.add("\n" + escape_markdown(history_rule(h)) + "\n");
  return std::move(out).finish("results.jsonl and the HTML report have them");
}

}  // namespace convgauge::report
