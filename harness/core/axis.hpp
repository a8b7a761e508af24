// One spatial axis of a convolution. Height and width follow the same formulas, which are written
// once here.
#pragma once
#include <cstdint>

namespace convgauge {

struct Axis {
  std::int64_t input = 1, kernel = 1;
  std::int64_t stride = 1, dilation = 1, pad_before = 0, pad_after = 0;

  /// Input positions that the dilated kernel spans.
  constexpr std::int64_t reach() const { return dilation * (kernel - 1) + 1; }
  constexpr std::int64_t padded() const { return pad_before + input + pad_after; }
  /// floor((padded - reach) / stride) + 1; input at the end that does not fill a whole stride is
  /// ignored.
  constexpr std::int64_t output() const { return (padded() - reach()) / stride + 1; }
  /// Input index read by tap `k` of output `o`; outside [0, input) it is padding.
  constexpr std::int64_t source(std::int64_t o, std::int64_t k) const {
    return o * stride + k * dilation - pad_before;
  }
  bool operator==(const Axis&) const = default;
};

}  // namespace convgauge
