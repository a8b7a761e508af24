// Random legal cases, leaning to the corners where convolutions go wrong.
#pragma once
#include <cstdint>

#include "core/spec.hpp"

namespace convgauge {

struct RandomCase {
  Geometry geometry;
  Dtype dtype = Dtype::f32;
  Layout layout = Layout::nchw;
  int threads = 1;
  /// 0: the backend's own choice; else its algorithm of this number, counted round its list.
  std::uint64_t algorithm = 0;
  /// 0: the usual fills alone; else one more, of this number, counted round the others.
  std::uint64_t fill = 0;
  bool operator==(const RandomCase&) const = default;
};

/// Case `index` of the sequence `seed`: a function of these two alone, the same on every machine.
/// Sizes small, and around 8, 16 and 32; kernels larger than the input, strides larger than the
/// kernel, all padding modes, asymmetric padding, groups, depthwise multipliers, dilation, batch 0.
/// At most a few million flops; most cases far fewer.
RandomCase random_case(std::uint64_t seed, std::uint64_t index);

}  // namespace convgauge
