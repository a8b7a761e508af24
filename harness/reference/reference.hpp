// conv2d and its gradients in double: what every backend is held against. It shares no arithmetic
// with any backend.
#pragma once
#include <cstdint>

#include "core/spec.hpp"

namespace convgauge {

/// A change makes every stored reference stale: part of the cache key.
inline constexpr int kReferenceVersion = 1;

/// The host's tensors of one problem, by the spec's types and strides; null where the direction
/// does not read them, or the geometry has no bias. Never owns.
struct Inputs {
  const void* src = nullptr;
  const void* weights = nullptr;
  const void* bias = nullptr;
  const void* diff_dst = nullptr;

  /// Null for a role that no direction reads.
  const void* of(TensorRole role) const;
};

/// Where results go: spec.written_elements() doubles, the result contiguous as its shape is,
/// diff_bias behind it. magnitude may be null.
///   want      = bias + sum of weights * src          (forward; magnitude: of the absolute values)
///   diff_src of a position = sum over the outputs o and taps that read it, through padding too, of
///   weights * diff_dst diff_weights of a tap  = sum over images and positions of diff_dst * the
///   source it reads diff_bias of a channel = sum over images and positions of diff_dst
struct Reference {
  double* want = nullptr;
  double* magnitude = nullptr;
};

/// The definition: loops, slow and obvious on purpose.
void reference_slow(const Spec& spec, const Inputs& inputs, const Reference& out);

/// The same sums in the same order, blocked, vectorised and threaded: bit for bit what
/// reference_slow gives. (Products of f32, f16 and bf16 values are exact in double, so a fused
/// multiply-add changes nothing; for f64 inputs the two may differ within the bound of n terms.)
/// `threads` at least 1.
void reference_fast(const Spec& spec, const Inputs& inputs, const Reference& out, int threads);

}  // namespace convgauge
