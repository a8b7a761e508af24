// conv2d and its gradients in double: what every backend is compared with. It shares no arithmetic
// with any backend.
#pragma once
#include <cstdint>

#include "core/layers.hpp"
#include "core/spec.hpp"

namespace convgauge::reference {

/// Part of the cache key: a change makes every stored reference stale.
inline constexpr int kReferenceVersion = 1;

/// The host's tensors of one problem, in the types and strides of the spec; null where the
/// direction does not read them, or the geometry has no bias. Does not own them.
struct Inputs {
  const void* src = nullptr;
  const void* weights = nullptr;
  const void* bias = nullptr;
  const void* diff_dst = nullptr;

  /// Null for a role that no direction reads.
  const void* of(TensorRole role) const;
};

/// Where results go: spec.written_elements() doubles, the result contiguous in the order of its
/// shape, then diff_bias. magnitude may be null.
///   want         = bias + sum of weights * src (forward)
///   diff_src     of a position = sum of weights * diff_dst over the outputs and taps that read it,
///                  also as padding
///   diff_weights of a tap = sum over images and positions of diff_dst * the source value that it
///                  reads
///   diff_bias    of a channel = sum over images and positions of diff_dst
/// magnitude is the same sum of absolute values.
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

}  // namespace convgauge::reference
