// The memory of a GPU, which the host of the plugin allocates: this backend's only memory kind.
#pragma once
#include <convgauge/plugin.h>

#include <cstddef>
#include <cstdint>

namespace convgauge::backends::cudnn {

inline constexpr cvg_memory kDeviceMemory = 1;
inline constexpr std::size_t kDeviceAlignment = 256;  // at least that of cudaMalloc's addresses

/// The functions memory_alloc, memory_free, ... of plugin.h. [main]
struct DeviceMemory {
  static void* alloc(std::int32_t device, cvg_memory kind, std::size_t bytes,
                     std::size_t alignment);
  static void free(std::int32_t device, cvg_memory kind, void* address);
  static void fill(std::int32_t device, cvg_memory kind, void* address, std::size_t offset,
                   std::int32_t byte, std::size_t bytes);
  static void read(std::int32_t device, cvg_memory kind, const void* address, std::size_t offset,
                   void* host, std::size_t bytes);
  static void write(std::int32_t device, cvg_memory kind, void* address, std::size_t offset,
                    const void* host, std::size_t bytes);
};

}  // namespace convgauge::backends::cudnn
