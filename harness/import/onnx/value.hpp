// What is known of the tensors of a graph while it is read.
#pragma once
#include <onnx/onnx_pb.h>

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "import/onnx/constant.hpp"

namespace convgauge::onnx_import {

/// The first reason why something of a value is not known, or may not be.
struct Cause {
  enum class Kind {
    free_input,   // the user must state the dimensions of the graph's input `name`
    input_value,  // the numbers of the graph's input `name`
    broken,       // the file contradicts itself at `name`; `text` says how
    unknowable,   // `text` says why no dimensions can be known before the network runs
  };
  Kind kind;
  std::string name, text;
};

struct Value {
  onnx::TypeProto type;              // no value set: not known
  std::optional<Constant> constant;  // where its numbers are known
  std::shared_ptr<const Cause> cause;
  std::shared_ptr<const onnx::TensorProto> tensor;  // `constant`, made when the library asks for it
};

/// The names that nodes of one graph see: their own graph's, then those around it.
struct Scope {
  Scope* outer = nullptr;
  std::unordered_map<std::string, Value> values;

  /// Null where there is none.
  Value* find(const std::string& name) {
    for (Scope* scope = this; scope; scope = scope->outer)
      if (const auto found = scope->values.find(name); found != scope->values.end())
        return &found->second;
    return nullptr;
  }
};

/// Each dimension, or -1 where it is not known; empty where the rank is not known or the type is no
/// tensor.
inline std::optional<Sizes> dims_of(const onnx::TypeProto& type) {
  if (!type.has_tensor_type() || !type.tensor_type().has_shape()) return std::nullopt;
  Sizes dims;
  for (const auto& d : type.tensor_type().shape().dim())
    dims.push_back(d.has_dim_value() ? d.dim_value() : -1);
  return dims;
}

/// Empty unless all dimensions are known.
inline std::optional<Sizes> known_dims(const onnx::TypeProto& type) {
  auto dims = dims_of(type);
  if (dims)
    for (const auto dim : *dims)
      if (dim < 0) return std::nullopt;
  return dims;
}

inline onnx::TypeProto tensor_type(int element_type, const Sizes& dims) {
  onnx::TypeProto type;
  type.mutable_tensor_type()->set_elem_type(element_type);
  auto* shape = type.mutable_tensor_type()->mutable_shape();
  for (const auto dim : dims) shape->add_dim()->set_dim_value(dim);
  return type;
}

}  // namespace convgauge::onnx_import
