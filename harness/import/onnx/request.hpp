// What the user states of a model's inputs.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/expected.hpp"
#include "import/onnx/value.hpp"

namespace convgauge::onnx_import {

struct Request {
  struct Input {
    std::string name;
    Sizes dims;  // of an input without dimensions: its value, one number
  };
  std::vector<Input> inputs;
  std::optional<std::int64_t> batch;
};

/// The inputs of a graph that are no weights, under a request.
struct GraphInputs {
  std::unordered_map<std::string, Value> values;
  /// What a named dimension of the file ("N") is under this request.
  std::unordered_map<std::string, std::int64_t> names;
  /// The request contradicts dimensions of the file, and so, maybe, the shapes that it stores.
  bool contradicts = false;
};

/// The batch goes to the first dimension of each input where that is free, and, of inputs of four
/// dimensions (images), also where the file has a number. A dimension is free where the file has no
/// number, or one below 1. Names of dimensions are one number throughout, unless the request gives
/// them several; "" and "?" are no names. Errors name the option, its value and the rule.
Expected<GraphInputs> graph_inputs(const onnx::GraphProto& graph, const Request& request);

}  // namespace convgauge::onnx_import
