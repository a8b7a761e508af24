// Bytes between the host and a buffer: directly where the host sees the memory, else through a
// staging buffer.
#pragma once
#include <cstddef>

#include "buffers.hpp"

namespace convgauge::backends::vulkan {

/// A device's staging memory, made when it is first needed. [main]
class Staging {
 public:
  explicit Staging(Device& device) : device_(device) {}
  const Buffer& buffer();
  static constexpr std::size_t kBytes = std::size_t{16} << 20;

 private:
  Device& device_;
  Buffer buffer_{};
};

/// All return when done. Nothing else may be running on the device.
void write_bytes(const Buffer& buffer, std::size_t offset, const void* from, std::size_t bytes);
void read_bytes(const Buffer& buffer, std::size_t offset, void* to, std::size_t bytes);
void fill_bytes(const Buffer& buffer, std::size_t offset, unsigned char byte, std::size_t bytes);

/// Everything before is done and seen by whatever comes after, shaders, copies and the host alike.
void full_barrier(Device& device, VkCommandBuffer commands);

}  // namespace convgauge::backends::vulkan
