// Small tensors whose numbers are known before the network runs: what shapes are computed from.
#pragma once
#include <onnx/onnx_pb.h>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace convgauge::onnx_import {

using Sizes = std::vector<std::int64_t>;

/// Numbers of any element type but text. A long double holds each int64 exactly on x86-64 and on
/// AArch64.
struct Constant {
  int type = onnx::TensorProto::UNDEFINED;  // TensorProto.DataType
  Sizes dims;                               // none: a scalar
  std::vector<long double> numbers;  // as many as the product of `dims`, the last dim fastest
};

/// A constant has at most so many numbers: shapes, axes, scales. Real ones that the file stores
/// have at most kMostReals, because more are weights.
inline constexpr std::int64_t kMostNumbers = 1024, kMostReals = 64;

/// The product; empty where a factor is negative or the product is greater than `most`.
std::optional<std::int64_t> count_of(const Sizes& dims, std::int64_t most);

/// Empty for text, half precision, external data, weights that were left out, more than
/// kMostNumbers numbers, and where numbers and dims do not fit together.
std::optional<Constant> constant_of(const onnx::TensorProto& tensor,
                                    std::int64_t most_reals = kMostReals);

/// The constant as the ONNX library reads it.
onnx::TensorProto tensor_of(const Constant& constant);

/// Within int64; a number that is none (NaN) is 0.
std::int64_t whole(long double number);
/// All numbers of a constant.
Sizes whole_numbers(const Constant& constant);

/// What the operator computes from `inputs` (null: not known, or left out), of element type `type`
/// and, for Shape and Size, from the dimensions `first_dims` of its first input. Empty where that
/// is not known, or the operator is none of those that shapes are computed with. Semantics: the
/// operator reference of ONNX.
std::optional<Constant> evaluate(const onnx::NodeProto& node,
                                 std::span<const Constant* const> inputs, int type,
                                 const std::optional<Sizes>& first_dims);

/// The dimensions of a Slice's output; `dims` are those of its first input. The ONNX library does
/// not know them where a first version counts from the end.
std::optional<Sizes> sliced(const onnx::NodeProto& node, std::span<const Constant* const> inputs,
                            const Sizes& dims);

}  // namespace convgauge::onnx_import
