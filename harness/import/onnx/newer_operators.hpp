// Operators of opsets 18 to 28, which Debian's ONNX library (1.12) does not know, and older ones of
// which it knows no sizes: output types by rules of our own. Semantics: the operator reference of
// ONNX.
#pragma once
#include <onnx/onnx_pb.h>

#include <optional>
#include <span>
#include <vector>

#include "core/expected.hpp"
#include "import/onnx/value.hpp"

namespace convgauge::onnx_import {

/// The newest opset whose operators were looked at: that of ONNX 1.23. What changed after the
/// library's newest opset, and is not here, changed in element types or attributes only.
inline constexpr int kNewestOpset = 28;

/// Types of a node's outputs: as many as the rule knows, at most those of the node. Empty where
/// there is no rule, which is right for operators that are as they were at opset 17. An error is
/// what is wrong with the node: attribute or input, value and rule.
Expected<std::optional<std::vector<onnx::TypeProto>>> newer_types(const onnx::NodeProto& node,
                                                                  std::span<Value* const> inputs,
                                                                  int opset);

/// The operator of opset 17 whose output has the same dimensions and type; null: the node's own.
const char* older_name(const onnx::NodeProto& node, int opset);

/// How much a Pad of any opset adds (or, below 0, takes off) on each of `rank` axes: all before,
/// then all behind. Empty where that is not known, or does not fit `rank`.
std::optional<Sizes> pad_sizes(const onnx::NodeProto& node, std::span<Value* const> inputs,
                               std::size_t rank);

}  // namespace convgauge::onnx_import
