// Odd rounds to choose on, even ones to tell from: luck in a choice does not flatter what is told
// of it.
#pragma once
#include <cstddef>
#include <vector>

namespace convgauge {

/// Fewer samples than this cannot be halved: both halves are then all of them.
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

}  // namespace convgauge
