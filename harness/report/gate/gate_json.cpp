// The gate's judgement as JSON, for other programs.
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/layers.hpp"
#include "core/problem_text.hpp"
#include "report/gate/gate.hpp"

namespace convgauge::report {
namespace {

using Json = nlohmann::ordered_json;

Json bound(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? Json(*value) : Json();
}

Json case_json(const ComparedCase& c) {
  const auto& r = c.any();
  return {{"label", r.label},
          {"suite", r.problem.suite},
          {"name", r.problem.name},
          {"problem_text", short_text(r.problem.geometry)},
          {"threads", r.settings.threads}};
}

Json finding_json(const GateFinding& f) {
  auto j = case_json(*f.compared);
  j["why"] = f.why;
  return j;
}

Json suspect_json(const Suspect& s) {
  auto j = case_json(*s.compared);
  j["result"] = word(s.result);
  j["why"] = s.why;
  j["outcome"] = s.outcome;
  j["time_ratio"] = nullptr;
  if (s.slowdown.rounds > 0)
    j["time_ratio"] = {{"ratio", s.slowdown.ratio.median},
                       {"low", bound(s.slowdown.ratio.low)},
                       {"high", bound(s.slowdown.ratio.high)},
                       {"confidence", s.slowdown.ratio.confidence},
                       {"p", s.slowdown.p},
                       {"rounds", s.slowdown.rounds}};
  return j;
}

}  // namespace

std::string gate_json(const Gate& gate) {
  Json j{{"verdict", word(gate.verdict)},
         {"exit_code", gate.exit_code},
         {"baseline", gate.comparison.baseline},
         {"candidate", gate.comparison.candidate},
         {"allow_refusals", gate.options.allow_refusals},
         {"timed", gate.timed},
         {"cleared", gate.cleared},
         {"told", gate.told},
         {"not_told", gate.not_told},
         {"remedy", remedy(gate)},
         {"unjudged", gate.unjudged}};
  for (const auto* list : {"differences", "failures", "known_no_more", "lost", "suspects"})
    j[list] = Json::array();
  for (const auto& d : gate.comparison.differences)
    j["differences"].push_back(
        {{"what", d.what}, {"baseline", d.baseline}, {"candidate", d.candidate}});
  for (const auto& f : gate.failures) j["failures"].push_back(finding_json(f));
  for (const auto& sentence : gate.known_no_more) j["known_no_more"].push_back(sentence);
  for (const auto& f : gate.lost) j["lost"].push_back(finding_json(f));
  for (const auto& s : gate.suspects) j["suspects"].push_back(suspect_json(s));
  return j.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace convgauge::report
