// A grid with the fastest backend at each point, and its lead over the next.
#include <fmt/format.h>

#include <algorithm>

#include "core/layers.hpp"
#include "report/counts.hpp"
#include "report/picture/parts.hpp"
#include "report/text_width.hpp"
#include "report/words.hpp"

namespace convgauge::report {
namespace {

constexpr double kCellWidth = 104, kCellHeight = 42;

void draw_place(Svg& svg, const Group& group, const CrossingPlace& place, double x, double y) {
  const double middle = x + kCellWidth / 2 - 2;
  if (place.winner < 0) return svg.text(middle, y + 24, "—", "middle", "class=\"soft\"");
  const auto column = static_cast<std::size_t>(place.winner);
  svg.rect(
      x, y, kCellWidth - 4, kCellHeight - 4,
      fmt::format("rx=\"6\" class=\"{} pale{}\"", series_class(column), place.tied ? " tied" : ""));
  svg.text(middle, y + 17, short_name(group.columns[column], 16), "middle", "class=\"strong\"");
  const auto lead =
      place.lead ? (place.tied ? "≈ " : "") + ratio_text(*place.lead) : std::string(place.others);
  svg.text(middle, y + 31, lead, "middle", "class=\"soft\"");
}

}  // namespace

std::string crossing_picture(const Group& group, const Crossing& crossing) {
  int letters = display_width(crossing.axis);
  for (const auto& name : crossing.rows) letters = std::max(letters, display_width(name));
  const double left = 28 + kLetter * letters, top = kTitleHeight + 26;
  const double width =
      std::max(left + kCellWidth * static_cast<double>(crossing.values.size()) + 12, 640.0);
  const double height = top + kCellHeight * static_cast<double>(crossing.rows.size()) + 32;
  Svg svg(width, height, "The fastest backend over " + crossing.axis);
  draw_title(svg, group,
             (group.suite.empty() ? "The" : "the") + std::string(" fastest backend over ") +
                 crossing.axis);
  svg.text(16, top - 9, crossing.axis, "start", "class=\"soft\"");
  for (std::size_t v = 0; v < crossing.values.size(); ++v)
    svg.text(left + kCellWidth * (static_cast<double>(v) + .5) - 2, top - 9, crossing.values[v],
             "middle");
  for (std::size_t r = 0; r < crossing.rows.size(); ++r) {
    const double y = top + kCellHeight * static_cast<double>(r);
    svg.text(16, y + 23, crossing.rows[r], "start");
    for (std::size_t v = 0; v < crossing.values.size(); ++v)
      if (const auto& place = crossing.places[r][v])
        draw_place(svg, group, *place, left + kCellWidth * static_cast<double>(v), y);
  }
  svg.text(16, height - 13,
           "× times as fast as the next backend; dashed, ≈: the interval does not tell them apart",
           "start", "class=\"soft\"");
  return std::move(svg).finish();
}

}  // namespace convgauge::report
