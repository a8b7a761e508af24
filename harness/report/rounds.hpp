// A choice is made on odd rounds and its times are taken from even ones, so that a lucky choice
// does not look better than it is.
#pragma once
#include <cstddef>
#include <vector>

#include "core/layers.hpp"

namespace convgauge::report {

/// With fewer samples than this, both halves are all of them.
inline constexpr std::size_t kLeastToHalve = 4;

inline std::vector<double> every_other(const std::vector<double>& samples, std::size_t first) {
  if (samples.size() < kLeastToHalve) return samples;
  std::vector<double> half;
  for (auto i = first; i < samples.size(); i += 2) half.push_back(samples[i]);
  return half;
}

inline std::vector<double> odd_rounds(const std::vector<double>& samples) {
  return every_other(samples, 0);
}
inline std::vector<double> even_rounds(const std::vector<double>& samples) {
  return every_other(samples, 1);
}

}  // namespace convgauge::report
