// Random legal cases, with more of the corner cases in which convolutions go wrong.
#pragma once
#include <cstdint>

#include "core/layers.hpp"
#include "core/spec.hpp"

namespace convgauge::verify {

struct RandomCase {
  Geometry geometry;
  Dtype dtype = Dtype::f32;
  Layout layout = Layout::nchw;
  int threads = 1;
  /// 0: the backend's own choice; else algorithm number (algorithm - 1) of its list, modulo the
  /// length.
  std::uint64_t algorithm = 0;
  /// 0: the usual fills only; else one more: number (fill - 1) of the other fills, modulo their
  /// number.
  std::uint64_t fill = 0;
  bool operator==(const RandomCase&) const = default;
};

/// Case `index` of the sequence `seed`: depends on these two only, the same on every machine. Sizes
/// are small, and around 8, 16 and 32; kernels larger than the input, strides larger than the
/// kernel, all padding modes, asymmetric padding, groups, depthwise multipliers, dilation, batch 0.
/// At most a few million flops; most cases far fewer.
RandomCase random_case(std::uint64_t seed, std::uint64_t index);

}  // namespace convgauge::verify
