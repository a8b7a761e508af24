#include "report/crossing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "core/layers.hpp"
#include "report/page_parts.hpp"
#include "report/text_width.hpp"
#include "report/words.hpp"

namespace convgauge::report {
namespace {

/// The value of one parameter of a problem: the numbers that it is ordered by, and its text.
struct Value {
  std::array<std::int64_t, 2> order{};
  std::string text;
  auto operator<=>(const Value&) const = default;
};

std::string pair_text(std::int64_t h, std::int64_t w) {
  return fmt::format("{}×{}", h, w);
}

Value kernel_of(const Geometry& g) {
  return {{g.h.kernel, g.w.kernel}, pair_text(g.h.kernel, g.w.kernel)};
}
Value map_of(const Geometry& g) {
  return {{g.h.input, g.w.input}, pair_text(g.h.input, g.w.input)};
}
Value channels_of(const Geometry& g) {
  return {{g.in_channels, g.out_channels},
          g.in_channels == g.out_channels
              ? fmt::format("{} channels", g.in_channels)
              : fmt::format("{} → {} channels", g.in_channels, g.out_channels)};
}
Value batch_of(const Geometry& g) {
  return {{g.batch, 0}, fmt::format("batch {}", g.batch)};
}
Value dilation_of(const Geometry& g) {
  return {{g.h.dilation, g.w.dilation}, "dilation " + pair_text(g.h.dilation, g.w.dilation)};
}
Value stride_of(const Geometry& g) {
  return {{g.h.stride, g.w.stride}, "stride " + pair_text(g.h.stride, g.w.stride)};
}
/// Depthwise counts as a value of its own; otherwise the number of groups.
Value groups_of(const Geometry& g) {
  if (g.depthwise()) return {{-1, 0}, "depthwise"};
  return {{g.groups, 0}, g.groups == 1 ? "dense" : fmt::format("{} groups", g.groups)};
}
/// Padding that keeps the map's size counts as one value, although it depends on the kernel size.
Value padding_of(const Geometry& g) {
  const auto same = [](const Axis& a) {
    return a.pad_before + a.pad_after == a.dilation * (a.kernel - 1);
  };
  if (same(g.h) && same(g.w)) return {{-1, -1}, "same size"};
  return {{g.h.pad_before * 1000 + g.h.pad_after, g.w.pad_before * 1000 + g.w.pad_after},
          "padding " + pair_text(g.h.pad_before, g.w.pad_before)};
}

struct Parameter {
  const char* name;
  Value (*of)(const Geometry&);
};
/// kAxes: the parameters that may be the axis, in order of preference. kParts: all parameters, in
/// the order in which they appear in a row's name.
constexpr std::array kAxes{Parameter{"kernel size", kernel_of}, Parameter{"map", map_of},
                           Parameter{"channels", channels_of}, Parameter{"batch", batch_of},
                           Parameter{"dilation", dilation_of}};
constexpr std::array kParts{Parameter{"groups", groups_of},     Parameter{"channels", channels_of},
                            Parameter{"map", map_of},           Parameter{"kernel size", kernel_of},
                            Parameter{"batch", batch_of},       Parameter{"stride", stride_of},
                            Parameter{"dilation", dilation_of}, Parameter{"padding", padding_of}};

using Kind = std::vector<Value>;

/// The values of all parameters except the axis.
Kind kind_of(const Geometry& g, std::string_view axis) {
  Kind kind;
  for (const auto& part : kParts)
    if (axis != part.name) kind.push_back(part.of(g));
  return kind;
}

/// The values in which one kind differs from others: "64 channels, 56×56".
std::string kind_text(const Kind& kind, const std::vector<Kind>& all) {
  std::string text;
  for (std::size_t i = 0; i < kind.size(); ++i) {
    const bool varies =
        std::any_of(all.begin(), all.end(), [&](const Kind& k) { return k[i] != kind[i]; });
    if (varies) text += (text.empty() ? "" : ", ") + kind[i].text;
  }
  return text.empty() ? "all" : text;
}

/// CrossingPlace::others, where no other family than the winner's was timed.
std::string_view others_of(const Group& group, const std::vector<Cell>& cells,
                           const std::string& winner) {
  std::string_view others = "alone";
  for (std::size_t c = 0; c < cells.size(); ++c) {
    const auto* r = cells[c].record;
    if (!r || group.columns[c].family == winner || !std::holds_alternative<Agrees>(r->verdict))
      continue;
    if (std::holds_alternative<Inconclusive>(r->measurement)) return "others noisy";
    others = "others untimed";
  }
  return others;
}

CrossingPlace place_of(const Group& group, int row) {
  CrossingPlace place{row, -1, -1, {}, false};
  const auto& cells = group.rows[static_cast<std::size_t>(row)].cells;
  const auto best = [&](auto allowed) {
    int found = -1;
    for (std::size_t c = 0; c < cells.size(); ++c) {
      if (!cells[c].time_ns || !allowed(c)) continue;
      if (found < 0 ||
          cells[c].time_ns->median < cells[static_cast<std::size_t>(found)].time_ns->median)
        found = static_cast<int>(c);
    }
    return found;
  };
  place.winner = best([](std::size_t) { return true; });
  if (place.winner < 0) return place;
  const auto& winner = group.columns[static_cast<std::size_t>(place.winner)];
  place.second = best([&](std::size_t c) { return group.columns[c].family != winner.family; });
  if (place.second < 0) {
    place.others = others_of(group, cells, winner.family);
    return place;
  }
  const auto at = [&](int column) -> const Cell& {
    return cells[static_cast<std::size_t>(column)];
  };
  // The less median is not always the faster one in the rounds that both have.
  if (speedup_over(at(place.second), at(place.winner)).median < 1)
    std::swap(place.winner, place.second);
  const auto &fastest = at(place.winner), &next = at(place.second);
  place.lead = speedup_over(next, fastest).median;
  place.tied =
      !told_apart(fastest, next, least_lead(group)) ||
      !unsettled(group.rows[static_cast<std::size_t>(row)], fastest.time_ns->median).empty();
  return place;
}

std::optional<Crossing> crossing_over(const Group& group, const Parameter& axis) {
  std::set<Value> values;
  std::map<Kind, std::map<Value, int>> grid;
  for (std::size_t r = 0; r < group.rows.size(); ++r) {
    const auto& g = group.rows[r].problem->geometry;
    const auto value = axis.of(g);
    values.insert(value);
    if (!grid[kind_of(g, axis.name)].try_emplace(value, static_cast<int>(r)).second)
      return std::nullopt;
  }
  // At least 3/5 of the grid: a sweep may lack a corner (a kernel larger than the map), but the
  // layers of a network fill far less.
  const bool filled = 5 * group.rows.size() >= 3 * values.size() * grid.size();
  if (values.size() < 3 || !filled) return std::nullopt;
  Crossing crossing{axis.name, {}, {}, {}};
  std::vector<Kind> kinds;
  for (const auto& [kind, places] : grid) kinds.push_back(kind);
  for (const auto& value : values) crossing.values.push_back(value.text);
  for (const auto& [kind, places] : grid) {
    crossing.rows.push_back(kind_text(kind, kinds));
    auto& line = crossing.places.emplace_back();
    for (const auto& value : values) {
      const auto it = places.find(value);
      line.push_back(it == places.end() ? std::nullopt
                                        : std::optional(place_of(group, it->second)));
    }
  }
  return crossing;
}

}  // namespace

std::optional<Crossing> crossing(const Group& group) {
  if (group.columns.size() < 2) return std::nullopt;
  for (const auto& axis : kAxes)
    if (auto found = crossing_over(group, axis)) return found;
  return std::nullopt;
}

std::string place_text(const Group& group, const CrossingPlace& place) {
  const auto& row = group.rows[static_cast<std::size_t>(place.row)];
  std::vector<std::pair<double, std::string>> times;
  for (std::size_t c = 0; c < row.cells.size(); ++c)
    if (row.cells[c].time_ns)
      times.emplace_back(row.cells[c].time_ns->median, group.columns[c].name);
  std::sort(times.begin(), times.end());
  auto text = row_name(*row.problem) + ":";
  for (const auto& [ns, name] : times) text += fmt::format("\n{} {}", name, time_text(ns));
  return times.empty() ? text + " nothing was timed" : text;
}

PageJson crossing_json(const Group& group) {
  const auto found = crossing(group);
  if (!found) return nullptr;
  PageJson rows = PageJson::array();
  for (const auto& line : found->places) {
    PageJson places = PageJson::array();
    for (const auto& p : line)
      places.push_back(!p ? PageJson()
                          : PageJson{{"row", p->row},
                                     {"winner", p->winner},
                                     {"lead", brief(p->lead)},
                                     {"others", p->others},
                                     {"tied", p->tied},
                                     {"about", clean(place_text(group, *p))}});
    rows.push_back(places);
  }
  return {{"axis", found->axis}, {"values", found->values}, {"rows", found->rows}, {"cells", rows}};
}

}  // namespace convgauge::report
