// Suggests the word that was probably meant.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/layers.hpp"

namespace convgauge::config {

/// The known word that `written` is most similar to; empty where none is similar. Upper and lower
/// case are the same, and two letters in the wrong order are one error.
std::optional<std::string> nearest(std::string_view written, const std::vector<std::string>& known);

/// "; did you mean 'kernel_size'?", or, where no word is similar, "; known here: a, b or c".
std::string suggestion(std::string_view written, const std::vector<std::string>& known);

}  // namespace convgauge::config
