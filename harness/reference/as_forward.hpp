// A gradient as a forward convolution of rearranged tensors, so that one engine computes all three
// directions.
#pragma once
#include "core/buffer.hpp"
#include "reference/reference.hpp"

namespace convgauge {

/// How. Backward data: diff_dst is spread out by the stride and given a border of reach - 1 zeros;
/// the kernel is turned by half a turn, input and output channels change places. With padding that
/// shows inputs, the gradient of the padded source is what is computed, and folded afterwards.
/// Backward weights: images become channels and channels images, diff_dst the kernel, strides
/// dilations and dilations strides, over the source with its padding written out.
///
/// forward_of() is what AsForward::spec() is: forward, zeros, nchw, no padding, no bias. `spec` is
/// of a backward direction, its batch at least 1.
Spec forward_of(const Spec& spec);

/// Owns the rearranged tensors: dense nchw, in the types of what they are made of. The bias has no
/// part in it.
class AsForward {
 public:
  /// `inputs` are only read here.
  AsForward(const Spec& spec, const Inputs& inputs);

  const Spec& spec() const { return forward_; }
  Inputs inputs() const { return {src_.data(), weights_.data()}; }
  /// From its outputs, contiguous, to the result, contiguous as diff_src or diff_weights is: put
  /// back in order, and what several padded positions have for one input summed up.
  void gather(const double* outputs, double* result) const;

 private:
  void spread_data(const Inputs& inputs);
  void spread_weights(const Inputs& inputs);

  Spec spec_, forward_;
  std::int64_t first_h_,
      first_w_;  // backward data: the padded position that output 0 is the gradient of
  Buffer src_, weights_;
};

/// As reference_fast() for the directions that are not forward.
void reference_backward(const Spec& spec, const Inputs& inputs, const Reference& out, int threads);

}  // namespace convgauge
