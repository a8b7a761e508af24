// The fingerprint of what a suite asks for: two configs with one digest ask for the same results.
#pragma once
#include <string>

#include "config/suite.hpp"

namespace convgauge {

/// 16 hexadecimal digits: XXH3-64 over the problems, backends, settings, baseline and known
/// failures. Neither spacing, the order of keys, comments nor the place of the file change it.
/// Paths count as they are seen from the config.
std::string digest_of(const Suite& suite);

}  // namespace convgauge
