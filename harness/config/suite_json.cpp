#include "config/suite_json.hpp"

#include "config/described_json.hpp"
#include "config/problem_json.hpp"
#include "core/layers.hpp"

namespace convgauge::config {
namespace {

Json to_json(const Problem& p) {
  Json j = problem_json(p.geometry);
  j["name"] = p.name;
  if (p.count != 1) j["count"] = p.count;
  write_members(j, p.own);
  return j;
}

Json to_json(BackendChoice b) {
  if (b.label == b.name) b.label.clear();
  for (auto* path : {&b.plugin, &b.library_path})
    if (!path->empty()) *path = std::filesystem::absolute(*path).lexically_normal();
  return written(b);
}

}  // namespace

std::string config_text(const Suite& suite, const std::string& comment) {
  Json j{{"$comment", comment}, {"name", suite.name}};
  j["problems"] = Json::array();
  for (const auto& p : suite.problems) j["problems"].push_back(to_json(p));
  if (!suite.backends.empty()) j["backends"] = Json::array();
  for (const auto& b : suite.backends) j["backends"].push_back(to_json(b));
  j["settings"] = written(suite.settings);
  if (suite.baseline_backend) j["baseline_backend"] = *suite.baseline_backend;
  if (!suite.known.empty()) j["known"] = written(suite.known);
  return j.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string problems_text(const Suite& suite, const SuiteNotes& notes) {
  Json j{{"name", suite.name}, {"source", notes.source}};
  j["problems"] = Json::array();
  for (std::size_t i = 0; i < suite.problems.size(); ++i) {
    auto problem = to_json(suite.problems[i]);
    if (i < notes.problems.size() && !notes.problems[i].empty())
      problem["$comment"] = notes.problems[i];
    j["problems"].push_back(std::move(problem));
  }
  auto settings = written(suite.settings);
  const auto usual = written(Settings{});
  for (const auto& [key, value] : usual.items())
    if (settings.at(key) == value) settings.erase(key);
  if (!settings.empty()) j["settings"] = std::move(settings);
  return j.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace convgauge::config
