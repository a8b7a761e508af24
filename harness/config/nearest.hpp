// The word that was probably meant.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace convgauge {

/// "; did you mean 'kernel_size'?", or where nothing is near "; known here: a, b or c".
std::string suggestion(std::string_view written, const std::vector<std::string>& known);

}  // namespace convgauge
