// The comparison page: page/compare.html with the report's styles, and its data.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/layers.hpp"
#include "core/problem_text.hpp"
#include "report/compare/comparison.hpp"
#include "report/escape.hpp"
#include "report/page_files.hpp"
#include "report/page_parts.hpp"
#include "report/page_template.hpp"
#include "report/text_width.hpp"
#include "report/words.hpp"

namespace convgauge::report {
namespace {

using Json = PageJson;

Json shown_ratio(const MedianInterval& r) {
  return Json::array({brief(r.median), brief(r.low), brief(r.high)});
}

Json case_json(const Comparison& comparison, const ComparedCase& c) {
  return {{"change", word(c.change)},
          {"name", clean(case_name(comparison, c))},
          {"problem", short_text(c.any().problem.geometry)},
          {"baseline", brief(c.baseline_ns)},
          {"candidate", brief(c.candidate_ns)},
          {"ratio", c.time_ratio ? shown_ratio(*c.time_ratio) : Json()},
          {"why", clean(change_reason(c))}};
}

Json network_json(const ComparedNetwork& n) {
  const auto& r = n.time_ratio;
  const char* change = !r.low        ? "undecided"
                       : *r.low > 1  ? "slower"
                       : *r.high < 1 ? "faster"
                                     : "same";
  return {{"name", clean(network_name(n))},
          {"layers", n.missing > 0 ? fmt::format("{} of {} layers have a ratio", n.layers,
                                                 n.layers + n.missing)
                                   : counted(n.layers, "layer")},
          {"change", change},
          {"ratio", shown_ratio(r)}};
}

std::string data_of(const Comparison& comparison) {
  Json j{{"baseline", clean(comparison.baseline)},
         {"candidate", clean(comparison.candidate)},
         {"margin", comparison.options.margin},
         {"warning", unpaired_warning(comparison)}};
  for (const auto* list : {"differences", "networks", "cases"}) j[list] = Json::array();
  j["counts"] = Json::object();
  for (int i = 0; i <= static_cast<int>(Change::untimed); ++i)
    j["counts"][std::string(word(static_cast<Change>(i)))] =
        comparison.count(static_cast<Change>(i));
  for (const auto& d : comparison.differences)
    j["differences"].push_back({clean(d.what), clean(d.baseline), clean(d.candidate)});
  for (const auto& n : comparison.networks) j["networks"].push_back(network_json(n));
  // The page lists the cases in this order: the changed ones first.
  for (const auto* c : changed_cases(comparison)) j["cases"].push_back(case_json(comparison, *c));
  for (const auto& c : comparison.cases)
    if (c.change == Change::same || c.change == Change::untimed)
      j["cases"].push_back(case_json(comparison, c));
  return script_safe(j.dump(-1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace

std::string compare_html(const Comparison& comparison) {
  return fill_marks(kCompareHtml, [&](std::string_view name) -> std::string {
    if (name == "style") return kPageCss;
    if (name == "script") return kCompareJs;
    if (name == "data") return data_of(comparison);
    if (name == "answer") return escape_markup(comparison_answer(comparison));
    return escape_markup(fmt::format("{} against {}", comparison.candidate, comparison.baseline));
  });
}

}  // namespace convgauge::report
