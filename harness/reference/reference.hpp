// conv2d in double: what every backend is held against. It shares no arithmetic with any backend.
#pragma once
#include <cstdint>

#include "core/spec.hpp"

namespace convgauge {

/// A change makes every stored reference stale: part of the cache key.
inline constexpr int kReferenceVersion = 1;

/// The host's tensors of one problem, by the spec's types and strides. bias is null where the geometry has none.
/// Never owns.
struct Inputs {
  const void* src = nullptr;
  const void* weights = nullptr;
  const void* bias = nullptr;
};

/// Where results go: contiguous NCHW doubles of dst_shape(). magnitude may be null.
///   want      = bias + sum of weights * src
///   magnitude = |bias| + sum of |weights| * |src|
struct Reference {
  double* want = nullptr;
  double* magnitude = nullptr;
};

/// The definition: seven loops, slow and obvious on purpose.
void reference_slow(const Spec& spec, const Inputs& inputs, const Reference& out);

/// The same sums in the same order, blocked, vectorised and threaded: bit for bit what reference_slow gives.
/// (Products of f32, f16 and bf16 values are exact in double, so a fused multiply-add changes nothing; for f64 inputs
/// the two may differ within the bound of n terms.) `threads` at least 1.
void reference_fast(const Spec& spec, const Inputs& inputs, const Reference& out, int threads);

}  // namespace convgauge
