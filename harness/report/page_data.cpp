#include "report/page_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/layers.hpp"
#include "core/problem_text.hpp"
#include "report/decision_words.hpp"
#include "report/history/history.hpp"
#include "report/notes.hpp"
#include "report/page_parts.hpp"
#include "report/page_template.hpp"
#include "report/regret.hpp"
#include "report/text_width.hpp"
#include "run/cases.hpp"

namespace convgauge::report {
namespace {

using Json = PageJson;

/// "64 → 128 channels, 3×3, stride 2, on 56×56": what a layer computes, in words.
std::string about(const Geometry& g) {
  const auto pair = [](std::int64_t h, std::int64_t w) { return fmt::format("{}×{}", h, w); };
  auto text = g.in_channels == g.out_channels
                  ? fmt::format("{} channels", g.in_channels)
                  : fmt::format("{} → {} channels", g.in_channels, g.out_channels);
  if (g.depthwise())
    text += ", depthwise";
  else if (g.groups > 1)
    text += fmt::format(", {} groups", g.groups);
  text += ", " + pair(g.h.kernel, g.w.kernel);
  if (g.h.stride != 1 || g.w.stride != 1)
    text += g.h.stride == g.w.stride ? fmt::format(", stride {}", g.h.stride)
                                     : ", stride " + pair(g.h.stride, g.w.stride);
  if (g.h.dilation != 1 || g.w.dilation != 1)
    text += g.h.dilation == g.w.dilation ? fmt::format(", dilation {}", g.h.dilation)
                                         : ", dilation " + pair(g.h.dilation, g.w.dilation);
  text += " on " + pair(g.h.input, g.w.input);
  return g.batch == 1 ? text : text + fmt::format(", batch {}", g.batch);
}

/// Of all tensors of the row's problem, in its own types.
std::size_t bytes_of(const Row& row, const Group& group) {
  const auto axes = with_own(axes_of(group.settings), row.problem->own);
  return spec_of(row.problem->geometry, combinations(axes).front()).total_bytes();
}

Json rows_json(const Group& group) {
  Json names = Json::array(), problems = Json::array(), counts = Json::array(),
       flops = Json::array(), bytes = Json::array(), full = Json::array(), abouts = Json::array();
  for (const auto& row : group.rows) {
    const auto& geometry = row.problem->geometry;
    names.push_back(clean(row_name(*row.problem)));
    problems.push_back(short_text(geometry));
    full.push_back(full_text(geometry));
    abouts.push_back(about(geometry));
    counts.push_back(row.problem->count);
    flops.push_back(geometry.flops());
    bytes.push_back(bytes_of(row, group));
  }
  return {{"name", names},   {"problem", problems}, {"full", full},  {"about", abouts},
          {"count", counts}, {"flops", flops},      {"bytes", bytes}};
}

Json notes_json(const Group& group) {
  Json list = Json::array();
  for (const auto& note : notes(group))
    list.push_back(
        {{"defect", is_defect(note.record->verdict)},
         {"word", clean(note.word)},
         {"column", clean(note.column)},
         {"rows", clean(names_text(note.rows, 6))},
         {"reason", clean(note.reason)},
         {"smallest", clean(smallest_text(*note.record))},
         {"smallest_replay", clean(note.record->smallest ? note.record->smallest->replay : "")},
         {"replay", clean(note.record->replay)}});
  return list;
}

Json regrets_json(const Group& group) {
  Json list = Json::array();
  for (const auto& r : regrets(group))
    list.push_back({{"label", clean(r.label)},
                    {"layers", r.layers},
                    {"mean", brief(r.mean)},
                    {"worst", brief(r.worst)},
                    {"row", clean(r.worst_row)},
                    {"better", clean(r.better)}});
  return list;
}

Json group_json(const Group& group, std::size_t run, Strings& strings) {
  Json columns = Json::array();
  for (const auto& column : group.columns) columns.push_back(clean(column.name));
  const auto roofs = roofs_json(group);
  const auto highest = [](const Json& lines) {
    return lines.empty() ? Json() : lines.front()["value"];
  };
  const auto lowest = [](const Json& lines) {
    return lines.empty() ? Json() : lines.back()["value"];
  };
  return {{"run", run},
          {"suite", clean(group.suite)},
          {"settings", group.settings_text},
          {"columns", columns},
          {"answer", clean(answer(group))},
          {"baseline", group.baseline},
          {"peak_gflops", highest(roofs["flops"])},
          {"peak_gbytes", lowest(roofs["bytes"])},
          {"roofs", roofs},
          {"rows", rows_json(group)},
          {"cells", cells_json(group, strings)},
          {"speedups", speedups_json(group)},
          {"crossing", crossing_json(group)},
          {"decision", decision_json(group)},
          {"advice", clean(advice_text(group))},
          {"facts", clean(facts_text(group))},
          {"trust", trust_text(group)},
          {"notes", notes_json(group)},
          {"regrets", regrets_json(group)}};
}

/// The classes that a cell's "outcome" is an index into, and which of them are defects.
Json outcomes_json() {
  Json list = Json::array();
  for (const auto name : Words<PageClass>::words) {
    const auto of_class = [&](const OutcomeRow& row) { return word(row.page) == name; };
    const auto row = std::find_if(kOutcomes.begin(), kOutcomes.end(), of_class);
    list.push_back({{"name", name}, {"defect", row->is_defect}});
  }
  return list;
}

}  // namespace

std::string page_data(const std::vector<Results>& all, const std::vector<std::string>& names) {
  Strings strings;
  Json runs = Json::array(), groups = Json::array();
  for (std::size_t run = 0; run < all.size(); ++run) {
    runs.push_back(run_json(all[run]));
    for (const auto& group : arrange(all[run])) groups.push_back(group_json(group, run, strings));
  }
  const Json data{{"runs", std::move(runs)},
                  {"groups", std::move(groups)},
                  {"outcomes", outcomes_json()},
                  {"history", history_json(all, names)},
                  {"strings", strings.take()}};
  return script_safe(data.dump(-1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace convgauge::report
