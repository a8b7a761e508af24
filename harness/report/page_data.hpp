// Everything the page shows, as columnar JSON: computed here, drawn there.
#pragma once
#include <string>
#include <vector>

#include "record/record.hpp"

namespace convgauge {

/// Compact JSON that may stand inside a <script> element: every "<" is written \u003c.
/// `names`: what to call the runs in a history; shorter or empty, then "run 2".
std::string page_data(const std::vector<Results>& results,
                      const std::vector<std::string>& names = {});

}  // namespace convgauge
