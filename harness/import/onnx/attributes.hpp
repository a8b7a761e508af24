// The attributes of a node, by name.
#pragma once
#include <onnx/onnx_pb.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace convgauge::onnx_import {

inline const onnx::AttributeProto* attribute(const onnx::NodeProto& node, std::string_view name) {
  for (const auto& a : node.attribute())
    if (a.name() == name) return &a;
  return nullptr;
}

inline std::int64_t integer(const onnx::NodeProto& node, std::string_view name,
                            std::int64_t otherwise) {
  const auto* a = attribute(node, name);
  return a ? a->i() : otherwise;
}

inline std::string text(const onnx::NodeProto& node, std::string_view name,
                        const std::string& otherwise) {
  const auto* a = attribute(node, name);
  return a ? a->s() : otherwise;
}

/// Empty where the node does not have it.
inline std::optional<std::vector<std::int64_t>> integers(const onnx::NodeProto& node,
                                                         std::string_view name) {
  const auto* a = attribute(node, name);
  if (!a) return std::nullopt;
  return std::vector<std::int64_t>(a->ints().begin(), a->ints().end());
}

}  // namespace convgauge::onnx_import
