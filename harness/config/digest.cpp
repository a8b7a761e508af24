#include "config/digest.hpp"

#include <fmt/format.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "config/described_json.hpp"
#include "core/layers.hpp"
#include "core/problem_text.hpp"

namespace convgauge::config {
namespace {

Json canonical(const Problem& p) {
  Json j{{"suite", p.suite},
         {"name", p.name},
         {"geometry", full_text(p.geometry)},
         {"count", p.count}};
  write_members(j, p.own);  // nothing where it has none: older digests stay
  return j;
}

Json canonical(BackendChoice b, const std::filesystem::path& folder) {
  for (auto* path : {&b.plugin, &b.library_path})
    if (!path->empty()) *path = std::filesystem::absolute(*path).lexically_relative(folder);
  return written_whole(b);
}

/// The settings as one flat object, without the sections of a config; times in milliseconds.
struct Flat {
  Json all = Json::object();

  template <class T>
  void operator()(const Key& key, const T& value) {
    if constexpr (Described<const T>)
      describe(*this, value);
    else
      all[std::string(key.name)] = written(value);
  }
  void operator()(const Key& key, const std::chrono::milliseconds& value) {
    all[in_milliseconds(key)] = value.count();
  }
  void operator()(const Key& key, const std::optional<std::chrono::milliseconds>& value) {
    all[in_milliseconds(key)] = value ? Json(value->count()) : Json();
  }

 private:
  static std::string in_milliseconds(const Key& key) {
    return std::string(key.name.substr(0, key.name.rfind("_s"))) + "_ms";
  }
};

/// Digests are compared with those of earlier runs, so these keys are always written, in this
/// order. A newer setting follows them, and only where it does not have its default.
constexpr const char* kOrder[] = {
    "threads", "dtype",      "layout", "direction", "math", "deterministic", "fills", "reference",
    "seed",    "timeout_ms", "rounds", "budget_ms", "cold", "processes",     "mode",  "counters"};

Json canonical(const Settings& s) {
  Flat given, usual;
  describe(given, s);
  const Settings untouched;
  describe(usual, untouched);
  Json ordered = Json::object();
  for (const auto* key : kOrder) {
    ordered[key] = given.all.at(key);
    given.all.erase(key);
  }
  for (const auto& [key, value] : given.all.items())
    if (value != usual.all.at(key)) ordered[key] = value;
  return ordered;
}

}  // namespace

std::string digest_of(const Suite& suite) {
  Json problems = Json::array(), backends = Json::array(), known = Json::array();
  const auto folder = std::filesystem::absolute("." / suite.file).parent_path().lexically_normal();
  for (const auto& problem : suite.problems) problems.push_back(canonical(problem));
  for (const auto& backend : suite.backends) backends.push_back(canonical(backend, folder));
  for (const auto& k : suite.known) {
    known.push_back({k.match, word(k.verdict), k.issue});
    if (k.fill) known.back().push_back(word(*k.fill));
  }
  const Json all{
      {"problems", problems},
      {"backends", backends},
      {"settings", canonical(suite.settings)},
      {"baseline_backend", suite.baseline_backend ? Json(*suite.baseline_backend) : Json()},
      {"known", known}};
  const auto text = all.dump();
  return fmt::format("{:016x}", XXH3_64bits(text.data(), text.size()));
}

}  // namespace convgauge::config
