// The geometry of a Conv or ConvTranspose node. Semantics: the operator reference of ONNX, versions
// 1 to 11 of both.
#pragma once
#include <onnx/onnx_pb.h>

#include <optional>
#include <string>
#include <variant>

#include "core/geometry.hpp"
#include "core/spec.hpp"
#include "import/onnx/constant.hpp"

namespace convgauge::onnx_import {

/// A Pad node before a Conv that can be part of it: numbers of elements before and after each of
/// the two spatial axes (of a row: none in height).
struct Padding {
  std::array<std::int64_t, 2> before{}, after{};
  PaddingMode mode = PaddingMode::zeros;
};

/// What a node computes: the problem, and the dimensions of the node's output.
struct Convolution {
  Geometry geometry;
  Direction direction = Direction::forward;
  Sizes output;
};

/// The node is right, and no Conv2d is the same.
struct NotConv2d {
  std::string why;
};

/// The node is wrong. `value` says what stands there, `rule` what must.
struct Wrong {
  std::string value, rule;
};

using Found = std::variant<Convolution, NotConv2d, Wrong>;

/// `src` and `weights` are the dimensions of the node's first two inputs, 3 or 4 of them; a
/// convolution of rows becomes one of height 1. `pad` was applied to `src` before the node.
Found convolution(const onnx::NodeProto& node, const Sizes& src, const Sizes& weights,
                  const std::optional<Padding>& pad);

/// A transposed convolution: the problem of direction backward_data whose diff_src it computes. It
/// has no bias, because gradients have none.
Found transposed_convolution(const onnx::NodeProto& node, const Sizes& src, const Sizes& weights);

}  // namespace convgauge::onnx_import
