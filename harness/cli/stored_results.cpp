#include "cli/stored_results.hpp"

#include <fmt/format.h>

namespace convgauge::cli {

Expected<Results> stored_results(const std::string& path) {
  auto results = read_results(path);
  if (results && results->torn_bytes > 0)
    fmt::print(stderr, "convgauge: {}: the last line is torn ({} bytes) and left out\n", path,
               results->torn_bytes);
  return results;
}

}  // namespace convgauge::cli
