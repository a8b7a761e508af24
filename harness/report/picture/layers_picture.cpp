// The speed-up of every column over the baseline, layer by layer, with its interval.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/layers.hpp"
#include "core/problem_text.hpp"
#include "report/picture/parts.hpp"
#include "report/picture/pictures.hpp"
#include "report/text_width.hpp"
#include "report/words.hpp"

namespace convgauge::report {
namespace {

constexpr double kLineHeight = 22, kPlot = 560;
/// Speed-ups outside this range would squeeze the others: they are drawn at the edge.
constexpr double kLeast = 1 / 4.0, kMost = 16;
/// More layers make a picture unreadable.
constexpr std::size_t kMostLayers = 80;

/// The position of a speed-up on the plot's logarithmic axis.
class Scale {
 public:
  explicit Scale(const Group& group) {
    for (const auto& row : group.rows)
      for (const auto& cell : row.cells)
        if (cell.speedup) {
          low_ = std::min(low_, std::clamp(cell.speedup->median * .93, kLeast, 1.0));
          high_ = std::max(high_, std::clamp(cell.speedup->median * 1.07, 1.0, kMost));
        }
  }
  double operator()(double ratio) const {
    return kPlot * std::log(std::clamp(ratio, low_, high_) / low_) / std::log(high_ / low_);
  }
  bool shows(double ratio) const { return ratio >= low_ && ratio <= high_; }

 private:
  double low_ = .8, high_ = 1.25;
};

void draw_axis(Svg& svg, const Scale& scale, double left, double top, double bottom) {
  for (const double ratio :
       {.0625, .125, .25, .5, .75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0}) {
    if (!scale.shows(ratio)) continue;
    const double x = left + scale(ratio);
    svg.line(x, top, x, bottom, ratio == 1 ? "class=\"axis\"" : "class=\"grid\"");
    svg.text(x, bottom + 16, fmt::format("{:g}×", ratio), "middle", "class=\"soft\"");
  }
}

void draw_row(Svg& svg, const Scale& scale, const Row& row, double left, double y) {
  for (std::size_t c = 0; c < row.cells.size(); ++c) {
    const auto& speedup = row.cells[c].speedup;
    if (!speedup) continue;
    const auto color = fmt::format("class=\"{}\"", series_class(c));
    if (speedup->low && speedup->high)
      svg.line(left + scale(*speedup->low), y, left + scale(*speedup->high), y,
               color + " stroke-width=\"2\"");
    svg.circle(left + scale(speedup->median), y, 4.5,
               color + (row.cells[c].fastest ? "" : " fill-opacity=\".55\""));
  }
}

void draw_names(Svg& svg, const Group& group, double left, double y) {
  double x = left;
  for (std::size_t c = 0; c < group.columns.size(); ++c) {
    svg.circle(x, y - 4, 4.5, fmt::format("class=\"{}\"", series_class(c)));
    const auto name = short_name(group.columns[c], 24);
    svg.text(x + 9, y, name, "start");
    x += 26 + kLetter * display_width(name);
  }
}

/// Width that the line with the columns' names takes.
double names_width(const Group& group) {
  double width = 0;
  for (const auto& column : group.columns)
    width += 26 + kLetter * display_width(short_name(column, 24));
  return width;
}

}  // namespace

void draw_title(Svg& svg, const Group& group, const std::string& words) {
  const auto& h = group.results->header;
  svg.text(16, 26, (group.suite.empty() ? "" : group.suite + ": ") + words, "start",
           "class=\"title\"");
  svg.text(16, 44,
           fmt::format("{} · {} · {} · {} rounds", group.settings_text, h.machine.processor,
                       h.started.substr(0, 10), h.rounds),
           "start", "class=\"soft\"");
}

std::string short_name(const Column& column, int letters) {
  return fit(column.name, letters);
}

std::string layers_picture(const Group& group) {
  int letters = 0;
  for (const auto& row : group.rows)
    letters = std::max(letters, std::min(40, display_width(row_name(*row.problem))));
  const double left = 30 + kLetter * letters, top = kTitleHeight + 30;
  const double bottom = top + kLineHeight * static_cast<double>(group.rows.size());
  const double width = std::max(left + kPlot + 24, 32 + names_width(group));
  const auto& base = group.columns[static_cast<std::size_t>(group.baseline)].name;
  Svg svg(width, bottom + 44, "Speed-up over " + base);
  draw_title(svg, group, "speed-up over " + base);
  draw_names(svg, group, 22, kTitleHeight + 16);
  const Scale scale(group);
  draw_axis(svg, scale, left, top, bottom);
  for (std::size_t r = 0; r < group.rows.size(); ++r) {
    const double y = top + kLineHeight * (static_cast<double>(r) + .5);
    svg.text(left - 12, y + 4, fit(row_name(*group.rows[r].problem), 40), "end");
    draw_row(svg, scale, group.rows[r], left, y);
  }
  svg.text(
      16, bottom + 34,
      "Dot: median of the rounds both were timed in; line: its 99% interval. Filled: the fastest.",
      "start", "class=\"soft\"");
  return std::move(svg).finish();
}

Expected<std::string> picture(const Group& group) {
  if (const auto found = crossing(group)) return crossing_picture(group, *found);
  if (group.rows.size() > kMostLayers)
    return error(fmt::format("{}: {} layers are too many for a picture, which holds {}",
                             title(group), group.rows.size(), kMostLayers));
  const auto any = std::any_of(group.rows.begin(), group.rows.end(), [](const Row& row) {
    return std::any_of(row.cells.begin(), row.cells.end(),
                       [](const Cell& c) { return c.speedup.has_value(); });
  });
  if (!any)
    return error(title(group) +
                 ": no speed-up over a baseline was measured, so there is no picture");
  return layers_picture(group);
}

}  // namespace convgauge::report
