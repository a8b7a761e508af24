#include "report/rules_report.hpp"

#include <nlohmann/json.hpp>
#include "core/layers.hpp"

namespace convgauge::report {

std::string rules_json(const std::vector<std::pair<std::string, RuleReport>>& reports) {
  using Json = nlohmann::ordered_json;
  Json all = Json::array();
  for (const auto& [file, report] : reports) {
    Json rules = Json::array();
    for (const auto& line : report.lines)
      rules.push_back({{"rule", line.rule},
                       {"state", line.state},
                       {"what", line.what},
                       {"evidence", line.evidence},
                       {"replay", line.replay}});
    all.push_back({{"file", file},
                   {"backends", report.backends},
                   {"probes", report.probes},
                   {"rules", std::move(rules)}});
  }
  // A plugin's texts may be invalid UTF-8.
  return all.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace convgauge::report
