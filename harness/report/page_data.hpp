// Everything the page shows, as columnar JSON: computed here, drawn there.
#pragma once
#include <string>
#include <vector>

#include "record/record.hpp"

namespace convgauge {

/// Compact JSON that may stand inside a <script> element: every "<" is written \u003c.
std::string page_data(const std::vector<Results>& results);

}  // namespace convgauge
