// One node's output types, by the ONNX library's rules and ours.
#pragma once
#include <onnx/onnx_pb.h>

#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "import/onnx/value.hpp"

namespace convgauge::onnx_import {

/// The version of each domain's operators; "" is ONNX's own, also written "ai.onnx".
using Opsets = std::unordered_map<std::string, int>;

/// "" for "ai.onnx".
std::string domain_of(const std::string& name);

struct Inferred {
  std::vector<onnx::TypeProto> outputs;  // one for each output of the node
  std::string failure;                   // what is wrong with the node, by its rule; empty: nothing
  bool known = false;                    // whether there is a rule for this operator
};

/// `inputs` has an element for each input of the node: null for one that is left out. Their
/// `tensor` is filled in where the library needs the numbers. Nodes with subgraphs have no rule
/// here.
Inferred infer(const onnx::NodeProto& node, std::span<Value* const> inputs, const Opsets& opsets);

/// The newest opset of ONNX's own operators that is understood.
int newest_opset();

}  // namespace convgauge::onnx_import
