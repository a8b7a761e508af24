// Suggests the word that was probably meant.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/layers.hpp"

namespace convgauge::config {

/// "; did you mean 'kernel_size'?", or, where no word is similar, "; known here: a, b or c".
std::string suggestion(std::string_view written, const std::vector<std::string>& known);

}  // namespace convgauge::config
