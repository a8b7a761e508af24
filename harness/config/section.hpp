// Where a key belongs that stands in the wrong object of a config.
#pragma once
#include <string>
#include <string_view>

#include "core/layers.hpp"

namespace convgauge::config {

/// "settings", "settings/measure" or "settings/verify", or "a backend"; empty for a key of none.
std::string section_of(std::string_view key);

}  // namespace convgauge::config
