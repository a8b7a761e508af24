// How a page is put together: its HTML has marks {{NAME}}, each of which is replaced by a text.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "core/layers.hpp"

namespace convgauge::report {

std::string fill_marks(std::string_view page,
                       const std::function<std::string(std::string_view name)>& content);

/// JSON that may stand inside a <script>: no "<" is left to end it.
std::string script_safe(std::string_view json);

}  // namespace convgauge::report
