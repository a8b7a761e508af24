// The recorded series of drift/NAME.txt: samples of one kernel that nothing was changed in.
#pragma once
#include <fstream>
#include <string>
#include <vector>

#include "core/layers.hpp"

namespace convgauge::measure {

/// Nanoseconds in the order they were taken; lines that begin with # are comments.
inline std::vector<double> recorded_series(const std::string& name) {
  std::ifstream in(std::string(CONVGAUGE_SOURCE_DIR) + "/tests/unit/measure/drift/" + name +
                   ".txt");
  std::vector<double> samples;
  for (std::string line; std::getline(in, line);)
    if (!line.starts_with("#")) samples.push_back(std::stod(line));
  return samples;
}

}  // namespace convgauge::measure
