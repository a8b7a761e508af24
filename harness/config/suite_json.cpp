#include "config/suite_json.hpp"

#include "config/place.hpp"
#include "config/problem_json.hpp"

namespace convgauge {
namespace {

template <class E>
Json words(const std::vector<E>& values) {
  Json all = Json::array();
  for (const auto value : values) all.push_back(word(value));
  return all;
}

double seconds(std::chrono::milliseconds time) {
  return std::chrono::duration<double>(time).count();
}

Json to_json(const Problem& p) {
  Json j = problem_json(p.geometry);
  j["name"] = p.name;
  if (p.count != 1) j["count"] = p.count;
  return j;
}

Json to_json(const BackendChoice& b) {
  Json j{{"name", b.name}};
  if (!b.label.empty() && b.label != b.name) j["label"] = b.label;
  if (b.algorithm != "default") j["algorithm"] = b.algorithm;
  if (b.device) j["device"] = *b.device;
  if (!b.plugin.empty())
    j["plugin"] = std::filesystem::absolute(b.plugin).lexically_normal().string();
  if (!b.library_path.empty())
    j["library_path"] = std::filesystem::absolute(b.library_path).lexically_normal().string();
  if (!b.options.empty()) j["options"] = b.options;
  if (b.required) j["required"] = true;
  return j;
}

Json to_json(const Settings& s) {
  Json verify{{"fills", words(s.verify.fills)},
              {"seed", s.verify.seed},
              {"reference", word(s.verify.reference)}};
  if (s.verify.timeout) verify["timeout_s"] = seconds(*s.verify.timeout);
  return {{"threads", s.threads},
          {"dtype", words(s.dtype)},
          {"layout", words(s.layout)},
          {"direction", words(s.direction)},
          {"math", words(s.math)},
          {"deterministic", s.deterministic},
          {"verify", verify},
          {"measure",
           {{"rounds", s.measure.rounds},
            {"budget_s", seconds(s.measure.budget)},
            {"cold", s.measure.cold},
            {"processes", s.measure.processes},
            {"mode", words(s.measure.mode)},
            {"counters", s.measure.counters}}}};
}

}  // namespace

std::string config_text(const Suite& suite, const std::string& comment) {
  Json j{{"$comment", comment}, {"name", suite.name}};
  j["problems"] = Json::array();
  for (const auto& p : suite.problems) j["problems"].push_back(to_json(p));
  if (!suite.backends.empty()) j["backends"] = Json::array();
  for (const auto& b : suite.backends) j["backends"].push_back(to_json(b));
  j["settings"] = to_json(suite.settings);
  if (suite.baseline_backend) j["baseline_backend"] = *suite.baseline_backend;
  if (!suite.known.empty()) j["known"] = Json::array();
  for (const auto& k : suite.known)
    j["known"].push_back({{"match", k.match}, {"verdict", word(k.verdict)}, {"issue", k.issue}});
  return j.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace convgauge
