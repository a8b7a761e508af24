#include "config/section.hpp"

#include <algorithm>

#include "config/draft.hpp"
#include "config/suite.hpp"
#include "core/layers.hpp"

namespace convgauge::config {
namespace {

struct Find {
  std::string_view key;
  bool found = false;
  template <class T>
  void operator()(const Key& k, const T&) {
    found = found || k.name == key;
  }
};

template <Described S>
bool has(std::string_view key, const S& value) {
  Find find{key};
  describe(find, value);
  return find.found;
}

}  // namespace

std::string section_of(std::string_view key) {
  const Settings settings;
  if (has(key, OwnSettings{})) return "settings, or of a problem";
  const auto& problem = geometry_keys();
  if (std::find(problem.begin(), problem.end(), key) != problem.end()) return "a problem";
  if (has(key, settings)) return "settings";
  if (has(key, MeasureSection<const Settings>{settings})) return "settings/measure";
  if (has(key, settings.verify)) return "settings/verify";
  return has(key, BackendChoice{}) ? "a backend" : "";
}

}  // namespace convgauge::config
