// A problem as an operation graph of cuDNN, and the device that it is planned for.
#pragma once
#include <string>
#include <vector>

#include "descriptor.hpp"
#include "problem.hpp"

namespace convgauge::backends::cudnn {

/// Unique ids of the tensors in every graph.
enum Uid : std::int64_t { kX = 1, kW = 2, kY = 3, kBias = 4, kConvolved = 5 };

/// The device that graphs are planned for: a real one by a handle, or a description that can only
/// be planned for.
struct Target {
  cudnnHandle_t handle = nullptr;
  Descriptor description{};  // used where there is no handle

  /// From JSON such as tests/unit/cudnn/h200.json. Throws CudnnError.
  static Target described(const CudnnTable& cudnn, const std::string& json);
  bool only_described() const { return handle == nullptr; }
};

/// A finalised operation graph and all descriptors that it points to.
struct Graph {
  std::vector<Descriptor> parts;
  Descriptor graph;
};

/// forward: y = conv(x, w), or conv(x, w) + bias, where the intermediate sum has the compute type;
/// backward data: x is the result, computed from w and y; backward weights: w is, from x and y.
/// Throws CudnnError, also where cuDNN cannot describe the graph.
Graph build_graph(const CudnnTable& cudnn, const Target& target, const Problem& problem);

}  // namespace convgauge::backends::cudnn
