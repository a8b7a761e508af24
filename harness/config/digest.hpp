// The digest of what a suite asks for: two configs with the same digest ask for the same results.
#pragma once
#include <string>

#include "config/suite.hpp"
#include "core/layers.hpp"

namespace convgauge::config {

/// 16 hexadecimal digits: XXH3-64 over the problems, backends, settings, baseline and known
/// failures. Spacing, the order of keys, comments and the location of the file do not change it.
/// Paths count relative to the folder of the config.
std::string digest_of(const Suite& suite);

}  // namespace convgauge::config
