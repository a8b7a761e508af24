// A history as JSON for the page: columns of numbers, and the texts of steps and changed verdicts.
#include <fmt/format.h>

#include "core/layers.hpp"
#include "core/problem_text.hpp"
#include "report/history/history.hpp"
#include "report/text_width.hpp"

namespace convgauge::report {
namespace {

PageJson runs_json(const History& h) {
  PageJson runs = PageJson::array();
  for (const auto& run : h.runs) {
    PageJson differences = PageJson::array();
    for (const auto& d : run.differences)
      differences.push_back({clean(d.what), clean(d.baseline), clean(d.candidate)});
    runs.push_back({{"name", clean(run.name)},
                    {"started", clean(run.results->header.started)},
                    {"differences", differences},
                    {"moved", run.before ? boundary_text(*run.before) : ""}});
  }
  return runs;
}

PageJson steps_json(const History& h, const CaseHistory& c) {
  PageJson list = PageJson::array();
  for (const auto& step : c.steps) {
    PageJson why = PageJson::array();
    // Differences that concern all backends are listed with the runs; here only those of the case's
    // own backend.
    for (const auto& reason : reasons(h, c, step))
      if (!reason.label.empty()) why.push_back(clean(difference_text(reason)));
    list.push_back({{"from", step.from},
                    {"run", step.run},
                    {"ratio", brief(step.ratio)},
                    {"words", clean(step_text(h, step))},
                    {"reasons", why}});
  }
  return list;
}

PageJson fates_json(const CaseHistory& c) {
  PageJson list = PageJson::array();
  for (const auto& fate : c.fates)
    list.push_back({{"run", fate.run}, {"worse", fate.worse}, {"words", clean(fate.words)}});
  return list;
}

void add_points(PageJson& j, const CaseHistory& c) {
  PageJson median = PageJson::array(), low = PageJson::array(), high = PageJson::array();
  for (const auto& p : c.points) {
    median.push_back(p.time_ns ? short_number(p.time_ns->median) : PageJson());
    low.push_back(p.time_ns && p.time_ns->low ? short_number(*p.time_ns->low) : PageJson());
    high.push_back(p.time_ns && p.time_ns->high ? short_number(*p.time_ns->high) : PageJson());
  }
  j["median"].push_back(median);
  j["low"].push_back(low);
  j["high"].push_back(high);
}

}  // namespace

PageJson history_json(const std::vector<Results>& all, const std::vector<std::string>& names) {
  if (all.size() < 2) return nullptr;
  const auto found = history(all, names);
  if (!found) return nullptr;
  const auto& h = *found;
  PageJson j{
      {"answer", clean(history_answer(h))}, {"rule", history_rule(h)}, {"runs", runs_json(h)}};
  for (const auto* name : {"names", "problems", "median", "low", "high", "steps", "fates"})
    j[name] = PageJson::array();
  for (const auto& c : h.cases) {
    j["names"].push_back(clean(case_name(h, c)));
    j["problems"].push_back(short_text(c.last->problem.geometry));
    j["steps"].push_back(steps_json(h, c));
    j["fates"].push_back(fates_json(c));
    add_points(j, c);
  }
  j["order"] = by_interest(h);
  j["last"] = h.runs.back().results - all.data();  // which of the runs given is the latest
  return j;
}

}  // namespace convgauge::report
