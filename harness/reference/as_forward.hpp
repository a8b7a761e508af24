// A gradient as a forward convolution of rearranged tensors, so that one engine computes all three
// directions.
#pragma once
#include "core/buffer.hpp"
#include "core/layers.hpp"
#include "reference/reference.hpp"

namespace convgauge::reference {

/// The forward convolution that gives a gradient. Backward data: diff_dst is spread out by the
/// stride, with zeros between its elements, and given a border of reach - 1 zeros; the kernel is
/// rotated by 180 degrees, input and output channels are swapped. Where padding repeats inputs,
/// this is the gradient of the padded source, which gather() adds up. Backward weights: images
/// become channels and channels images; diff_dst becomes the kernel; strides become dilations and
/// dilations strides; the source is copied with its padding.
///
/// Its spec, the same as AsForward::spec(): forward, zeros, nchw, no padding, no bias. `spec` must
/// have a backward direction and a batch of at least 1.
Spec forward_of(const Spec& spec);

/// Owns the rearranged tensors: dense nchw, in the types of the tensors they are made from.
/// diff_bias is computed elsewhere.
class AsForward {
 public:
  /// `inputs` are only read here.
  AsForward(const Spec& spec, const Inputs& inputs);

  const Spec& spec() const { return forward_; }
  Inputs inputs() const { return {src_.data(), weights_.data()}; }
  /// Turns the outputs of the forward convolution, contiguous, into the result, contiguous in the
  /// order of diff_src or diff_weights: reorders them, and adds up padded positions that read the
  /// same input.
  void gather(const double* outputs, double* result) const;

 private:
  void spread_data(const Inputs& inputs);
  void spread_weights(const Inputs& inputs);

  Spec spec_, forward_;
  /// Backward data: the padded position that output 0 is the gradient of.
  std::int64_t first_h_, first_w_;
  Buffer src_, weights_;
};

/// As reference_fast() for the directions that are not forward.
void reference_backward(const Spec& spec, const Inputs& inputs, const Reference& out, int threads);

}  // namespace convgauge::reference
