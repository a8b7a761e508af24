// A comparison for the terminal: what differs between the two sides, the answer, the networks, then
// the changed cases.
#include <fmt/format.h>

#include <algorithm>

#include "core/layers.hpp"
#include "report/compare/comparison.hpp"
#include "report/text_width.hpp"
#include "report/words.hpp"

namespace convgauge::report {
namespace {

constexpr const char* kRed = "\x1b[31m";
constexpr const char* kGreen = "\x1b[32m";
constexpr const char* kPlain = "\x1b[0m";

const char* colour_of(Change change) {
  switch (change) {
    case Change::slower:
    case Change::broke:
    case Change::gone:
    case Change::refused:
      return kRed;
    case Change::faster:
    case Change::mended:
    case Change::accepted:
      return kGreen;
    default:
      return "";
  }
}

std::string case_line(const Comparison& comparison, const ComparedCase& c, int name_width,
                      int width, bool colour) {
  const auto ratio = c.time_ratio ? ratio_interval_text(*c.time_ratio) : "";
  const auto change = pad_right(std::string(word(c.change)), 9);
  const char* tone = colour ? colour_of(c.change) : "";
  auto line = fmt::format("{}{}{}  {}  {} {}  {}", tone, change, *tone ? kPlain : "",
                          pad_right(fit(clean(case_name(comparison, c)), name_width), name_width),
                          pad_left(time_or_dash(c.baseline_ns), 8),
                          pad_left(time_or_dash(c.candidate_ns), 8), ratio);
  const auto why = clean(change_reason(c));
  const int room = width - name_width - 32 - display_width(ratio);
  if (!why.empty() && !c.time_ratio)
    line += room > 12 ? fit(why, room) : "\n    " + fit(why, std::max(20, width - 4));
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line + "\n";
}

std::string networks_text(const Comparison& comparison, int width) {
  std::string text;
  for (const auto& n : comparison.networks) {
    const auto missing = n.missing > 0 ? fmt::format(", {} without a ratio", n.missing) : "";
    const auto mean = fmt::format("{}  over {}{}", ratio_interval_text(n.time_ratio),
                                  counted(n.layers, "layer"), missing);
    text += fmt::format("  {}  {}\n",
                        fit(clean(network_name(n)), std::max(20, width - 4 - display_width(mean))),
                        mean);
  }
  return text.empty()
             ? ""
             : "geometric mean of time, candidate over baseline, weighted by count:\n" + text;
}

}  // namespace

std::string compare_text(const Comparison& comparison, int width, bool colour, bool all_cases) {
  auto text = fmt::format("baseline:  {}\ncandidate: {}\n", clean(comparison.baseline),
                          clean(comparison.candidate));
  for (const auto& d : comparison.differences)
    text += wrapped("not the same: " + difference_text(d), width);
  text += "\n" + wrapped(comparison_answer(comparison), width);
  if (const auto warning = unpaired_warning(comparison); !warning.empty())
    text += wrapped(warning, width);
  if (!comparison.networks.empty()) text += "\n" + networks_text(comparison, width);
  auto list = changed_cases(comparison);
  if (all_cases) {
    list.clear();
    for (const auto& c : comparison.cases) list.push_back(&c);
  }
  if (list.empty()) return text;
  int name_width = 4;
  for (const auto* c : list)
    name_width = std::max(name_width,
                          std::min(display_width(clean(case_name(comparison, *c))), width * 2 / 5));
  text += fmt::format("\n{}  {}  {} {}  time ratio (99% interval)\n", pad_right("", 9),
                      pad_right("case", name_width), pad_left("baseline", 8), pad_left("now", 8));
  for (const auto* c : list) text += case_line(comparison, *c, name_width, width, colour);
  return text;
}

}  // namespace convgauge::report
