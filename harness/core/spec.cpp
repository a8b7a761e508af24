// What the three directions read and write.
#include "core/spec.hpp"

#include <algorithm>

namespace convgauge {
namespace {

/// diff_X becomes X; any other role stays itself.
TensorRole plain(TensorRole role) {
  switch (role) {
    case TensorRole::diff_src:
      return TensorRole::src;
    case TensorRole::diff_weights:
      return TensorRole::weights;
    case TensorRole::diff_bias:
      return TensorRole::bias;
    case TensorRole::diff_dst:
      return TensorRole::dst;
    default:
      return role;
  }
}

/// The largest number of padded positions of an axis, the input position itself included, that show
/// the same input.
std::int64_t copies(const Axis& a, PaddingMode mode) {
  if (mode == PaddingMode::zeros) return 1;
  if (mode == PaddingMode::replicate)
    return 1 + (a.input == 1 ? a.pad_before + a.pad_after : std::max(a.pad_before, a.pad_after));
  return 1 + (a.pad_before > 0) + (a.pad_after > 0);
}

}  // namespace

bool Spec::reads(TensorRole role) const {
  switch (role) {
    case TensorRole::src:
      return direction != Direction::backward_data;
    case TensorRole::weights:
      return direction != Direction::backward_weights;
    case TensorRole::bias:
      return direction == Direction::forward && geometry.bias;
    case TensorRole::diff_dst:
      return direction != Direction::forward;
    default:
      return false;
  }
}

bool Spec::writes(TensorRole role) const {
  return role == result() || (role == TensorRole::diff_bias &&
                              direction == Direction::backward_weights && geometry.bias);
}

TensorRole Spec::result() const {
  if (direction == Direction::forward) return TensorRole::dst;
  return direction == Direction::backward_data ? TensorRole::diff_src : TensorRole::diff_weights;
}

Shape Spec::shape(TensorRole role) const {
  switch (plain(role)) {
    case TensorRole::src:
      return geometry.src_shape();
    case TensorRole::weights:
      return geometry.weights_shape();
    case TensorRole::bias:
      return {1, geometry.bias ? geometry.out_channels : 0, 1, 1};
    default:
      return geometry.dst_shape();
  }
}

Strides Spec::strides(TensorRole role) const {
  switch (plain(role)) {
    case TensorRole::src:
      return src_strides();
    case TensorRole::weights:
      return weights_strides();
    case TensorRole::bias:
      return nchw_strides(shape(role));
    default:
      return dst_strides();
  }
}

Dtype Spec::type(TensorRole role) const {
  switch (plain(role)) {
    case TensorRole::src:
      return src_type;
    case TensorRole::weights:
      return weights_type;
    default:
      return dst_type;
  }
}

std::size_t Spec::bytes(TensorRole role) const {
  return bytes(shape(role), type(role));
}

std::int64_t Spec::written_elements() const {
  std::int64_t count = 0;
  for (const auto role : kTensorRoles)
    if (writes(role)) count += elements(shape(role));
  return count;
}

std::int64_t Spec::terms() const {
  const auto& g = geometry;
  if (direction == Direction::forward) return g.terms();
  if (direction == Direction::backward_weights) return g.batch * g.h.output() * g.w.output();
  return g.group_outputs() * g.h.kernel * copies(g.h, g.padding_mode) * g.w.kernel *
         copies(g.w, g.padding_mode);
}

std::size_t Spec::total_bytes() const {
  std::size_t sum = 0;
  for (const auto role : kTensorRoles)
    if (reads(role) || writes(role)) sum += bytes(role);
  return sum;
}

}  // namespace convgauge
