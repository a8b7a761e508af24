// Everything that the page shows, as columnar JSON: computed here, drawn by the scripts of page/.
#pragma once
#include <string>
#include <vector>

#include "core/layers.hpp"
#include "record/record.hpp"

namespace convgauge::report {

/// Compact JSON that may stand inside a <script> element: every "<" is written \u003c. `names`: of
/// the runs in a history; a run without one is called "run 2".
std::string page_data(const std::vector<Results>& results,
                      const std::vector<std::string>& names = {});

}  // namespace convgauge::report
