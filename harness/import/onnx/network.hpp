// The convolutions of an ONNX model, in the order in which the network runs them.
#pragma once
#include <onnx/onnx_pb.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/expected.hpp"
#include "core/geometry.hpp"
#include "core/spec.hpp"
#include "import/onnx/request.hpp"

namespace convgauge::onnx_import {

struct Layer {
  std::string name;  // the node's, else its output's; unique
  Geometry geometry;
  Direction direction = Direction::forward;
  Dtype dtype = Dtype::f32;
};

/// Convolutions that are no problem of convgauge.
struct Skipped {
  std::string what, why;  // the operator; the reason, without its node
  std::int64_t count = 0;
};

struct Network {
  int opset = 0;
  std::vector<Layer> layers;
  std::vector<Skipped> skipped;
};

/// Called with each node before it is looked at, for whoever wants to know where the end came.
using Watch = std::function<void(const std::string& place)>;

/// Walks the graph as it is stored, which is an order in which it can run. Dimensions follow from
/// the inputs by the ONNX library's rules, by what the file stores, and by the numbers of small
/// constants. Functions of the model are written out. Of an If whose condition is known, the branch
/// is taken; convolutions in other subgraphs are skipped. A Pad node whose only reader is a Conv
/// becomes its padding where that is the same: mode constant with 0, or reflect, edge or wrap
/// before a Conv without pads of its own.
///
/// The error has a line `place: value: rule` for each input whose free dimensions matter, or for
/// each of the first 20 nodes that break a rule.
Expected<Network> read_network(const onnx::ModelProto& model, const Request& request,
                               const Watch& watch = nullptr);

}  // namespace convgauge::onnx_import
