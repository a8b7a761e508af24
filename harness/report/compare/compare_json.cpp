// A comparison as JSON, for other programs. Times are in nanoseconds.
#include <cmath>
#include <nlohmann/json.hpp>

#include "config/described_json.hpp"
#include "core/layers.hpp"
#include "core/problem_text.hpp"
#include "report/compare/comparison.hpp"
#include "report/words.hpp"

namespace convgauge::report {
namespace {

Json finite(double value) {
  return std::isfinite(value) ? Json(value) : Json();
}
Json bound(const std::optional<double>& value) {
  return value ? finite(*value) : Json();
}

Json ratio_json(const MedianInterval& ratio) {
  return {{"ratio", finite(ratio.median)},
          {"low", bound(ratio.low)},
          {"high", bound(ratio.high)},
          {"confidence", finite(ratio.confidence)}};
}

Json case_json(const ComparedCase& c) {
  const auto& r = c.any();
  Json j{{"change", word(c.change)},
         {"label", r.label},
         {"requested_algorithm", r.requested_algorithm},
         {"suite", r.problem.suite},
         {"name", r.problem.name},
         {"problem_text", short_text(r.problem.geometry)},
         {"count", r.problem.count},
         {"settings", written(r.settings)},
         {"baseline_verdict", c.baseline ? Json(kind(c.baseline->verdict)) : Json()},
         {"candidate_verdict", c.candidate ? Json(kind(c.candidate->verdict)) : Json()},
         {"baseline_ns", c.baseline_ns > 0 ? finite(c.baseline_ns) : Json()},
         {"candidate_ns", c.candidate_ns > 0 ? finite(c.candidate_ns) : Json()},
         {"time_ratio", c.time_ratio ? ratio_json(*c.time_ratio) : Json()}};
  if (c.time_ratio) {
    j["paired"] = c.paired;
    j["p"] = finite(c.p);
    j["false_discovery_rate"] = finite(c.false_discovery_rate);
  }
  if (const auto why = change_reason(c); !why.empty()) j["why"] = why;
  if (c.candidate && !c.candidate->replay.empty()) j["replay"] = c.candidate->replay;
  return j;
}

}  // namespace

std::string compare_json(const Comparison& comparison) {
  Json j{{"baseline", comparison.baseline},
         {"candidate", comparison.candidate},
         {"margin", comparison.options.margin},
         {"false_discoveries", comparison.options.false_discoveries},
         {"answer", comparison_answer(comparison)},
         {"warning", unpaired_warning(comparison)}};
  j["differences"] = Json::array();
  for (const auto& d : comparison.differences)
    j["differences"].push_back(
        {{"what", d.what}, {"baseline", d.baseline}, {"candidate", d.candidate}});
  j["counts"] = Json::object();
  for (int i = 0; i <= static_cast<int>(Change::untimed); ++i) {
    const auto change = static_cast<Change>(i);
    j["counts"][std::string(word(change))] = comparison.count(change);
  }
  j["networks"] = Json::array();
  for (const auto& n : comparison.networks)
    j["networks"].push_back({{"suite", n.suite},
                             {"label", n.label},
                             {"settings", written(n.settings)},
                             {"time_ratio", ratio_json(n.time_ratio)},
                             {"layers", n.layers},
                             {"missing", n.missing}});
  j["cases"] = Json::array();
  for (const auto& c : comparison.cases) j["cases"].push_back(case_json(c));
  return j.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace convgauge::report
