// The graph of a plan's serialisation, computed on the host in double.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace convgauge::backends::cudnn::host_gpu {

/// `json`: a plan's. `tensors`: address by unique id. Virtual tensors are made here.
void run_graph(const std::string& json, const std::map<std::int64_t, void*>& tensors);

/// Bytes of a dense tensor of the plan.
std::size_t tensor_bytes(const std::string& json, std::int64_t uid);

/// What the plan's convolution writes, and the image that it reads: unique ids.
struct Roles {
  std::int64_t result, source;
};
Roles roles_of(const std::string& json);

/// The engine of the plan.
long engine_of(const std::string& json);

}  // namespace convgauge::backends::cudnn::host_gpu
