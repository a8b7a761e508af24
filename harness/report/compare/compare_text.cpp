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

std::string ratio_of(const ComparedCase& c) {
  return c.time_ratio ? ratio_interval_text(*c.time_ratio) : "";
}

// The columns of a case beside its name and ratio, with the gaps.
constexpr int kChangeWidth = 9, kTimeWidth = 8, kFixedWidth = kChangeWidth + 2 * kTimeWidth + 7;

/// How the list of cases is laid out: where a line does not fit, the times are below the name.
struct Columns {
  int name = 4;
  bool below = false;
};

Columns columns_of(const Comparison& comparison, const std::vector<const ComparedCase*>& list,
                   int width) {
  constexpr int kLeastName = 16, kNothing = 4;
  Columns columns;
  int ratio = 0;
  for (const auto* c : list) {
    columns.name = std::max(columns.name, display_width(clean(case_name(comparison, *c))));
    ratio = std::max(ratio, display_width(ratio_of(*c)));
  }
  const int room = width - kFixedWidth - std::max(ratio, kNothing);
  columns.below = room < std::min(columns.name, kLeastName);
  columns.name = std::min({columns.name, width * 2 / 5, std::max(room, kLeastName)});
  if (columns.below) columns.name = width - kChangeWidth - 2;
  return columns;
}

std::string case_line(const Comparison& comparison, const ComparedCase& c, const Columns& columns,
                      int width, bool colour) {
  const auto ratio = ratio_of(c);
  const auto change = pad_right(std::string(word(c.change)), kChangeWidth);
  const char* tone = colour ? colour_of(c.change) : "";
  const auto name = fit_middle(clean(case_name(comparison, c)), columns.name);
  auto line = fmt::format("{}{}{}  {}{}{} {}  {}", tone, change, *tone ? kPlain : "",
                          columns.below ? name : pad_right(name, columns.name),
                          columns.below ? "\n    " : "  ",
                          pad_left(time_or_dash(c.baseline_ns), kTimeWidth),
                          pad_left(time_or_dash(c.candidate_ns), kTimeWidth), ratio);
  const auto why = clean(change_reason(c));
  const int room = width - columns.name - kFixedWidth - display_width(ratio);
  if (!why.empty() && !c.time_ratio)
    line +=
        room > 12 && !columns.below ? fit(why, room) : "\n    " + fit(why, std::max(20, width - 4));
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return (columns.below ? folded(line, width) : line) + "\n";
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
             : wrapped("geometric mean of time, candidate over baseline, weighted by count:",
                       width) +
                   folded(text, width);
}

}  // namespace

std::string compare_text(const Comparison& comparison, int width, bool colour, bool all_cases) {
  auto text = folded(fmt::format("baseline:  {}\ncandidate: {}\n", clean(comparison.baseline),
                                 clean(comparison.candidate)),
                     width);
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
  const auto columns = columns_of(comparison, list, width);
  const auto times = fmt::format("{} {}  time ratio (99% interval)",
                                 pad_left("baseline", kTimeWidth), pad_left("now", kTimeWidth));
  text += columns.below ? "\n    " + times + "\n"
                        : fmt::format("\n{}  {}  {}\n", pad_right("", kChangeWidth),
                                      pad_right("case", columns.name), times);
  for (const auto* c : list) text += case_line(comparison, *c, columns, width, colour);
  return text;
}

}  // namespace convgauge::report
