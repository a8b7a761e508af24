#include "verify/algorithm.hpp"

#include <fmt/format.h>

#include "core/layers.hpp"

namespace convgauge::verify {
namespace {

constexpr std::array kAxisNames{"h", "w"};

}  // namespace

std::string broken_rule(const Algorithm& a) {
  for (std::size_t i = 0; i < kAxisNames.size(); ++i) {
    const auto& axis = a.winograd[i];
    if (a.algorithm_class == AlgorithmClass::winograd) {
      if (axis.m < 1 || axis.r < 1)
        return fmt::format("winograd axis {}: m {} and r {} must be at least 1", kAxisNames[i],
                           axis.m, axis.r);
      if (std::int64_t{axis.m} + axis.r - 2 > kMostPoints)
        return fmt::format("winograd axis {}: m {} and r {} need more than {} finite points",
                           kAxisNames[i], axis.m, axis.r, kMostPoints);
    }
    if (a.algorithm_class == AlgorithmClass::fft &&
        (a.fft_tile[i] < 1 || a.fft_tile[i] > kLongestTile))
      return fmt::format("fft_tile {} is {}, not 1 to {}", kAxisNames[i], a.fft_tile[i],
                         kLongestTile);
  }
  return {};
}

std::string broken_rule(const Algorithm& a, const Spec& spec) {
  if (auto why = broken_rule(a); !why.empty()) return why;
  if (a.algorithm_class != AlgorithmClass::winograd ||
      spec.direction == Direction::backward_weights)
    return {};
  const std::array kernels{spec.geometry.h.kernel, spec.geometry.w.kernel};
  for (std::size_t i = 0; i < kernels.size(); ++i)
    if (a.winograd[i].r > kernels[i])
      return fmt::format("winograd axis {}: r {} is more than the kernel's {}", kAxisNames[i],
                         a.winograd[i].r, kernels[i]);
  return {};
}

}  // namespace convgauge::verify
