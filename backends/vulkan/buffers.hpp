// Device memory for the plugin interface, whose addresses are numbers here: each stands for a place
// inside one Vulkan buffer.
#pragma once
#include <cstddef>
#include <cstdint>

#include "device.hpp"

namespace convgauge::backends::vulkan {

/// What a memory kind of the plugin interface means. Kind 1 has neither property.
struct MemoryKind {
  bool validated = false;  // belongs to the device opened with the validation layers
  bool staged = false;     // copied through staging memory even where the host can map it
  std::int32_t number() const { return 1 + (validated ? 1 : 0) + (staged ? 2 : 0); }
  static MemoryKind of(std::int32_t number) {
    return {((number - 1) & 1) != 0, ((number - 1) & 2) != 0};
  }
};

/// One allocation.
struct Buffer {
  Device* device = nullptr;
  VkBuffer handle = VK_NULL_HANDLE;
  VkDeviceMemory memory = VK_NULL_HANDLE;
  std::size_t bytes = 0;
  std::byte* mapped = nullptr;  // null: copied through staging memory only
};

/// `wanted`: properties that the memory must have; `preferred`: those that it should have. Throws
/// cvg::OutOfMemory, with the numbers of bytes.
Buffer make_buffer(Device& device, std::size_t bytes, VkMemoryPropertyFlags wanted,
                   VkMemoryPropertyFlags preferred);
void free_buffer(const Buffer& buffer);

/// A place inside a buffer.
struct Spot {
  const Buffer* buffer = nullptr;
  std::size_t offset = 0;
};

/// The place that an address stands for. Throws std::invalid_argument for an address in no
/// allocation.
Spot spot_of(const void* address);

/// The memory functions of the plugin interface (plugin.h).
struct Memory {
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

}  // namespace convgauge::backends::vulkan
