// Where a padded position takes its value from: the four padding modes of torch, written once.
#pragma once
#include <algorithm>
#include <cstdint>

#include "core/axis.hpp"
#include "core/geometry.hpp"
#include "core/layers.hpp"

namespace convgauge::reference {

/// The input index that position `i` of the padded axis reads; i is counted from the first input
/// element, in [-pad_before, input + pad_after). -1: the value is zero. flaw() limits padding so
/// that one reflection or one wrap-around is enough.
constexpr std::int64_t source_index(PaddingMode mode, std::int64_t i, std::int64_t size) {
  if (i >= 0 && i < size) return i;
  switch (mode) {
    case PaddingMode::reflect:
      return i < 0 ? -i : 2 * (size - 1) - i;
    case PaddingMode::replicate:
      return std::clamp<std::int64_t>(i, 0, size - 1);
    case PaddingMode::circular:
      return i < 0 ? i + size : i - size;
    case PaddingMode::zeros:
      break;
  }
  return -1;
}

}  // namespace convgauge::reference
