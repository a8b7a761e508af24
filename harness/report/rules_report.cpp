#include "report/rules_report.hpp"

#include <nlohmann/json.hpp>

#include "config/described_json.hpp"
#include "core/layers.hpp"

namespace convgauge::report {

std::string rules_json(const std::vector<std::pair<std::string, RuleReport>>& reports) {
  Json all = Json::array();
  for (const auto& [file, report] : reports) {
    all.push_back({{"file", file},
                   {"backends", report.backends},
                   {"probes", report.probes},
                   {"rules", config::written(report.lines)}});
  }
  // A plugin's texts may be invalid UTF-8.
  return all.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace convgauge::report
