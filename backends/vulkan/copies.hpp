// Copies bytes between the host and a buffer: directly where the buffer's memory is mapped, else
// through a staging buffer.
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

/// These functions return when the copy is done. Nothing else may run on the device meanwhile.
void write_bytes(const Buffer& buffer, std::size_t offset, const void* from, std::size_t bytes);
void read_bytes(const Buffer& buffer, std::size_t offset, void* to, std::size_t bytes);
void fill_bytes(const Buffer& buffer, std::size_t offset, unsigned char byte, std::size_t bytes);

/// Records a barrier: all shaders and copies before it are finished, and their writes are visible
/// to all shaders, copies and host reads after it.
void full_barrier(Device& device, VkCommandBuffer commands);

}  // namespace convgauge::backends::vulkan
