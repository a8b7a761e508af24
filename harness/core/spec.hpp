// What is to be computed: a geometry with direction, element types, layout and math mode.
#pragma once
#include <array>

#include "core/dtype.hpp"
#include "core/geometry.hpp"
#include "core/words.hpp"

namespace convgauge {

enum class Direction { forward, backward_data, backward_weights };
template <>
struct Words<Direction> {
  static constexpr std::string_view what = "direction";
  static constexpr std::array<std::string_view, 3> words{"forward", "backward_data",
                                                         "backward_weights"};
};

/// The role of a tensor in the convolution; diff_X is the gradient of a loss with respect to X.
/// Numbered as in plugin.h.
enum class TensorRole { src, weights, bias, dst, diff_src, diff_weights, diff_bias, diff_dst };
inline constexpr std::array kTensorRoles{
    TensorRole::src,      TensorRole::weights,      TensorRole::bias,      TensorRole::dst,
    TensorRole::diff_src, TensorRole::diff_weights, TensorRole::diff_bias, TensorRole::diff_dst};

inline constexpr std::size_t kTensorCount = kTensorRoles.size();
/// An index into an array by role.
constexpr std::size_t index_of(TensorRole role) {
  return static_cast<std::size_t>(role);
}

enum class Layout { nchw, nhwc, native };
template <>
struct Words<Layout> {
  static constexpr std::string_view what = "layout";
  static constexpr std::array<std::string_view, 3> words{"nchw", "nhwc", "native"};
  static constexpr std::array aliases{
      Alias<Layout>{"NCHW", Layout::nchw}, Alias<Layout>{"channels_first", Layout::nchw},
      Alias<Layout>{"NHWC", Layout::nhwc}, Alias<Layout>{"channels_last", Layout::nhwc}};
};

enum class MathMode { strict, tf32, reduced };
template <>
struct Words<MathMode> {
  static constexpr std::string_view what = "math";
  static constexpr std::array<std::string_view, 3> words{"strict", "tf32", "reduced"};
};

/// Strides of a tensor in elements, order n, c, h, w.
using Strides = std::array<std::int64_t, 4>;

constexpr Strides nchw_strides(const Shape& s) {
  return {s[1] * s[2] * s[3], s[2] * s[3], s[3], 1};
}
constexpr Strides nhwc_strides(const Shape& s) {
  return {s[1] * s[2] * s[3], 1, s[3] * s[1], s[1]};
}

/// Source, weights, bias and output are of one dtype unless said otherwise; f16 and bf16 accumulate
/// in f32.
struct Spec {
  Geometry geometry;
  Direction direction = Direction::forward;
  Dtype src_type = Dtype::f32, weights_type = Dtype::f32, dst_type = Dtype::f32,
        accumulator_type = Dtype::f32;
  Layout layout = Layout::nchw;
  MathMode math = MathMode::strict;
  bool deterministic = false;

  static Spec of(const Geometry& geometry, Dtype dtype, Layout layout = Layout::nchw);

  /// Strides of the host's tensors: nhwc where the layout is nhwc, else nchw. Weights are always
  /// (out, in, h, w).
  Strides src_strides() const { return strides(geometry.src_shape()); }
  Strides weights_strides() const { return nchw_strides(geometry.weights_shape()); }
  Strides dst_strides() const { return strides(geometry.dst_shape()); }
  std::size_t src_bytes() const { return bytes(geometry.src_shape(), src_type); }
  std::size_t weights_bytes() const { return bytes(geometry.weights_shape(), weights_type); }
  std::size_t bias_bytes() const {
    return geometry.bias ? static_cast<std::size_t>(geometry.out_channels) * size_of(dst_type) : 0;
  }
  std::size_t dst_bytes() const { return bytes(geometry.dst_shape(), dst_type); }

  /// What the direction reads: forward src, weights and a bias if there is one; backward_data
  /// weights and diff_dst; backward_weights src and diff_dst. What it writes: dst; diff_src;
  /// diff_weights, and diff_bias if there is a bias.
  bool reads(TensorRole role) const;
  bool writes(TensorRole role) const;
  /// The main output of the direction: dst, diff_src or diff_weights.
  TensorRole result() const;
  /// Of any role. diff_X has the shape, strides and type of X; a bias is (1, out_channels, 1, 1).
  Shape shape(TensorRole role) const;
  Strides strides(TensorRole role) const;
  Dtype type(TensorRole role) const;
  /// Also for tensors that the direction neither reads nor writes; 0 for the bias of a geometry
  /// without one.
  std::size_t bytes(TensorRole role) const;
  /// Elements of all tensors that the direction writes: the result, and diff_bias where it is
  /// written.
  std::int64_t written_elements() const;
  /// The most products that are summed into one element of the result. In backward_data with
  /// padding that repeats a position, the gradients of all its copies are summed too.
  std::int64_t terms() const;
  /// Least traffic: every tensor that is read or written, once.
  std::size_t total_bytes() const;

  bool operator==(const Spec&) const = default;

 private:
  Strides strides(const Shape& s) const {
    return layout == Layout::nhwc ? nhwc_strides(s) : nchw_strides(s);
  }
  static std::size_t bytes(const Shape& s, Dtype t) {
    return static_cast<std::size_t>(elements(s)) * size_of(t);
  }
};

inline Spec Spec::of(const Geometry& geometry, Dtype dtype, Layout layout) {
  const Dtype accumulator = dtype == Dtype::f64 ? Dtype::f64 : Dtype::f32;
  return {.geometry = geometry,
          .src_type = dtype,
          .weights_type = dtype,
          .dst_type = dtype,
          .accumulator_type = accumulator,
          .layout = layout};
}

}  // namespace convgauge
