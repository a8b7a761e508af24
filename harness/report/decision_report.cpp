// The decisions of a run as JSON: for the page, and for other programs.
#include "core/layers.hpp"
#include "report/counts.hpp"
#include "report/decision_words.hpp"
#include "report/page_parts.hpp"
#include "report/report.hpp"
#include "report/text_width.hpp"
#include "report/words.hpp"

namespace convgauge::report {
namespace {

PageJson interval_json(const MedianInterval& ratio) {
  return {brief(ratio.median), brief(ratio.low), brief(ratio.high)};
}

PageJson total_json(const Total& total) {
  return {{"ns", total.missing == 0 && total.layers > 0 ? brief(total.ns) : PageJson()},
          {"missing", total.missing},
          {"filled_ns", total.unfilled == 0 ? brief(total.filled_ns) : PageJson()}};
}

PageJson badge_json(const Badge& badge) {
  PageJson advice = PageJson::array();
  for (const auto& a : badge.advice)
    advice.push_back(
        {{"reason", word(a.reason)}, {"figure", brief(a.figure)}, {"columns", a.columns}});
  return {{"trust", word(badge.trust)}, {"advice", advice}};
}

PageJson column_names(const Group& group) {
  PageJson names = PageJson::array();
  for (const auto& column : group.columns) names.push_back(clean(column.name));
  return names;
}

PageJson row_names(const Group& group) {
  PageJson names = PageJson::array();
  for (const auto& row : group.rows) names.push_back(clean(row_name(*row.problem)));
  return names;
}

}  // namespace

PageJson decision_json(const Group& group) {
  const auto& d = group.decision;
  PageJson layers = PageJson::array(), totals = PageJson::array(), leads = PageJson::array();
  for (const auto& layer : d.layers)
    layers.push_back({{"call", word(layer.call)},
                      {"best", layer.best},
                      {"close", layer.close},
                      {"column", layer.column},
                      {"ns", brief(layer.ns)}});
  for (const auto& total : d.totals) totals.push_back(total_json(total));
  for (const auto& lead : d.leads)
    leads.push_back(lead ? PageJson{{"ratio", interval_json(lead->ratio)}, {"told", lead->told}}
                         : PageJson());
  return {{"plan", word(d.plan)},
          {"single", d.single},
          {"total", total_json(d.total)},
          {"over_single", d.over_single ? interval_json(*d.over_single) : PageJson()},
          {"layers", layers},
          {"totals", totals},
          {"leads", leads},
          {"halved", d.halved},
          {"rounds", d.rounds},
          {"least_lead", brief(d.least_lead)},
          {"badge", badge_json(d.badge)}};
}

std::string decision_report(const Results& results) {
  PageJson networks = PageJson::array();
  for (const auto& group : arrange(results))
    networks.push_back({{"suite", clean(group.suite)},
                        {"settings", group.settings_text},
                        {"answer", clean(answer(group))},
                        {"advice", clean(advice_text(group))},
                        {"facts", clean(facts_text(group))},
                        {"baseline", group.baseline},
                        {"columns", column_names(group)},
                        {"rows", row_names(group)},
                        {"decision", decision_json(group)}});
  const auto& h = results.header;
  const PageJson json{{"suite", clean(h.suite)},
                      {"started", clean(h.started)},
                      {"headline", clean(headline(results))},
                      {"networks", networks}};
  return json.dump(2, ' ', false, PageJson::error_handler_t::replace) + "\n";
}

}  // namespace convgauge::report
