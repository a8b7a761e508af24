// The results of earlier runs, as report, compare and gate read them.
#pragma once
#include <string>

#include "core/layers.hpp"
#include "record/record.hpp"

namespace convgauge::cli {

/// read_results(); an incomplete last line is reported on standard error.
Expected<Results> stored_results(const std::string& path);

}  // namespace convgauge::cli
