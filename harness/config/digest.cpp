#include "config/digest.hpp"

#include <fmt/format.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "config/place.hpp"
#include "core/problem_text.hpp"

namespace convgauge {
namespace {

template <class E>
Json words(const std::vector<E>& values) {
  Json all = Json::array();
  for (const auto value : values) all.push_back(word(value));
  return all;
}

Json canonical(const Problem& p) {
  return {{"suite", p.suite},
          {"name", p.name},
          {"geometry", full_text(p.geometry)},
          {"count", p.count}};
}

Json canonical(const BackendChoice& b, const std::filesystem::path& folder) {
  const auto seen = [&](const std::filesystem::path& path) {
    return path.empty() ? "" : std::filesystem::absolute(path).lexically_relative(folder).string();
  };
  return {{"name", b.name},
          {"label", b.label},
          {"algorithm", b.algorithm},
          {"plugin", seen(b.plugin)},
          {"library_path", seen(b.library_path)},
          {"options", b.options},
          {"device", b.device ? Json(*b.device) : Json()},
          {"required", b.required}};
}

Json canonical(const Settings& s) {
  return {{"threads", s.threads},
          {"dtype", words(s.dtype)},
          {"layout", words(s.layout)},
          {"direction", words(s.direction)},
          {"math", words(s.math)},
          {"deterministic", s.deterministic},
          {"fills", words(s.verify.fills)},
          {"reference", word(s.verify.reference)},
          {"seed", s.verify.seed},
          {"timeout_ms", s.verify.timeout ? Json(s.verify.timeout->count()) : Json()},
          {"rounds", s.measure.rounds},
          {"budget_ms", s.measure.budget.count()},
          {"cold", s.measure.cold},
          {"processes", s.measure.processes},
          {"mode", words(s.measure.mode)},
          {"counters", s.measure.counters}};
}

}  // namespace

std::string digest_of(const Suite& suite) {
  Json problems = Json::array(), backends = Json::array(), known = Json::array();
  const auto folder = std::filesystem::absolute("." / suite.file).parent_path().lexically_normal();
  for (const auto& problem : suite.problems) problems.push_back(canonical(problem));
  for (const auto& backend : suite.backends) backends.push_back(canonical(backend, folder));
  for (const auto& k : suite.known) known.push_back({k.match, word(k.verdict), k.issue});
  const Json all{
      {"problems", problems},
      {"backends", backends},
      {"settings", canonical(suite.settings)},
      {"baseline_backend", suite.baseline_backend ? Json(*suite.baseline_backend) : Json()},
      {"known", known}};
  const auto text = all.dump();
  return fmt::format("{:016x}", XXH3_64bits(text.data(), text.size()));
}

}  // namespace convgauge
