// The devices that can be planned for: those of this machine, and those that are only described by
// a file.
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
  int ordinal = -1;         // CUDA's; -1: only described
  std::string bus_id;       // real devices: PCI bus id, for NVML
  std::string description;  // described devices: cuDNN's JSON
  std::string file;         // described devices: the file with that JSON
  bool only_described() const { return ordinal < 0; }
};

struct FoundDevices {
  std::vector<Device> list;
  std::string why_none;  // where the list is empty
};

/// The real devices first; then one for each file of `descriptions` (paths separated by ':'). A
/// described device is of kind software, so that it is used only where it is asked for. Throws
/// std::runtime_error where a file cannot be read or is not a device description.
FoundDevices find_devices(const CudaTable& cuda, const OpenedCudnn& cudnn, const Nvml& nvml,
                          const std::string& descriptions);

/// f32 operations per clock and multiprocessor, a multiply-add counted as two; 0 for an unknown
/// compute capability. Multiply-adds per clock by the CUDA C++ Programming Guide, arithmetic
/// instructions: 64 for 7.x and 8.0; 128 for 8.6, 8.9, 9.0, 10.x and 12.x.
double flops_per_clock(int major, int minor);

}  // namespace convgauge::backends::cudnn
