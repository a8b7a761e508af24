// Computes the operation graph of a plan on the host in double, from the plan's serialisation.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace convgauge::backends::cudnn::host_gpu {

/// `json`: the serialisation of a plan. `tensors`: unique id -> address. Virtual tensors are
/// allocated here.
void run_graph(const std::string& json, const std::map<std::int64_t, void*>& tensors);

/// Bytes of a dense tensor of the plan.
std::size_t tensor_bytes(const std::string& json, std::int64_t uid);

/// Unique ids of the tensor that the plan's convolution writes, and of the image that it reads.
struct Roles {
  std::int64_t result, source;
};
Roles roles_of(const std::string& json);

/// The number of the plan's engine.
long engine_of(const std::string& json);

}  // namespace convgauge::backends::cudnn::host_gpu
