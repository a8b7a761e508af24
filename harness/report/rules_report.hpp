// What `check-plugin --json` prints.
#pragma once
#include <string>
#include <vector>

#include "core/layers.hpp"
#include "run/rules.hpp"

namespace convgauge::report {

/// A JSON array with an object per plugin file: {"file", "backends", "probes", "rules": [{"rule",
/// "state", "what", "evidence"}]}.
std::string rules_json(const std::vector<std::pair<std::string, RuleReport>>& reports);

}  // namespace convgauge::report
