// A suite as a config file. Fuzzing writes one that repeats its failure.
#pragma once
#include <string>

#include "config/suite.hpp"
#include "core/layers.hpp"

namespace convgauge::config {

/// The text of a config that reads back as the suite: its problems with their names and counts,
/// backends (paths made absolute), settings and known failures. `comment` becomes its "$comment".
std::string config_text(const Suite& suite, const std::string& comment);

}  // namespace convgauge::config
