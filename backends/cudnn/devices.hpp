// The devices of this machine, and those that are only described: what there is to plan for.
#pragma once
#include <convgauge/plugin.h>

#include <string>
#include <vector>

#include "cuda_table.hpp"
#include "cudnn_table.hpp"
#include "nvml.hpp"

namespace convgauge::backends::cudnn {

struct Device {
  cvg_device info{};
  int ordinal = -1;         // CUDA's; -1: described only
  std::string bus_id;       // of a real one, for NVML
  std::string description;  // of a described one: cuDNN's JSON
  std::string file;         // that it was read from
  bool only_described() const { return ordinal < 0; }
};

struct FoundDevices {
  std::vector<Device> list;
  std::string why_none;  // where the list is empty
};

/// Real ones first; then one for each file of `descriptions` (paths with ':' between). A described
/// device is of kind software, so that nobody gets it unasked. Throws std::runtime_error where a
/// file cannot be read or is none.
FoundDevices find_devices(const CudaTable& cuda, const OpenedCudnn& cudnn, const Nvml& nvml,
                          const std::string& descriptions);

/// f32 multiply-adds per clock and multiprocessor, twice; 0 for a compute capability that this does
/// not know. CUDA C++ Programming Guide, arithmetic instructions: 64 a clock for 8.0, 128 for 8.6,
/// 8.9, 9.0, 10.x and 12.x.
double flops_per_clock(int major, int minor);

}  // namespace convgauge::backends::cudnn
