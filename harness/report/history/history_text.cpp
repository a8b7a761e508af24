// A history for the terminal: the runs and what differs between them, then every case with a step
// or a changed verdict.
#include <fmt/format.h>

#include <cmath>

#include "core/layers.hpp"
#include "report/history/history.hpp"
#include "report/text_width.hpp"
#include "report/words.hpp"

namespace convgauge::report {
namespace {

/// One character for each run, on a logarithmic scale from the case's fastest to its slowest time:
/// "▁▁▁▆▆"; "·" where it has no time.
std::string sparkline(const CaseHistory& c) {
  static constexpr const char* kBars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  double low = INFINITY, high = 0;
  for (const auto& p : c.points)
    if (p.time_ns) low = std::min(low, p.time_ns->median), high = std::max(high, p.time_ns->median);
  // The scale spans at least 10%, so that a steady case looks steady.
  const double span = std::max(std::log(high / low), std::log(1.1));
  std::string text;
  for (const auto& p : c.points)
    text += p.time_ns
                ? kBars[std::min(7, static_cast<int>(8 * std::log(p.time_ns->median / low) / span))]
                : "·";
  return text;
}

std::string run_lines(const History& h, int width) {
  std::string text;
  for (std::size_t i = 0; i < h.runs.size(); ++i) {
    const auto& run = h.runs[i];
    text += fit(fmt::format("run {}  {}  {}", i + 1, run.results->header.started, clean(run.name)),
                width) +
            "\n";
    for (const auto& d : run.differences)
      text += indented(wrapped(difference_text(d), width - 7), 7);
    if (run.before) text += "       " + fit(boundary_text(*run.before), width - 7) + "\n";
  }
  return text;
}

std::string case_lines(const History& h, const CaseHistory& c, int width) {
  auto text = fmt::format("{}  {}\n", sparkline(c), fit(clean(case_name(h, c)), width - 20));
  for (const auto& fate : c.fates)
    text += fmt::format(
        "    {} at run {}: {}\n", clean(fate.words), fate.run + 1,
        fit(clean(reason(*c.points[static_cast<std::size_t>(fate.run)].record)), width - 40));
  for (const auto& step : c.steps) {
    text += "    " + fit(clean(step_text(h, step)), width - 4) + "\n";
    for (const auto& why : reasons(h, c, step))
      text += indented(wrapped(difference_text(why), width - 8), 8);
  }
  return text;
}

}  // namespace

std::string history_text(const History& h, int width) {
  auto text = run_lines(h, width) + "\n" + wrapped(history_answer(h), width) + "\n";
  std::size_t still = 0;
  for (const int i : by_interest(h)) {
    const auto& c = h.cases[static_cast<std::size_t>(i)];
    if (c.steps.empty() && c.fates.empty())
      ++still;
    else
      text += case_lines(h, c, width);
  }
  if (still > 0) text += counted(still, "case") + " without a step\n";
  return text + "\n" + wrapped(history_rule(h), width);
}

}  // namespace convgauge::report
