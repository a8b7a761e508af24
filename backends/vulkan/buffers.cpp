#include "buffers.hpp"

#include <algorithm>
#include <convgauge/sdk.hpp>
#include <cstring>
#include <map>
#include <optional>

#include "copies.hpp"

namespace convgauge::backends::vulkan {
namespace {

/// Gives each buffer a number as its address. The numbers are so far apart that an address beyond
/// the end of one allocation does not lie in another.
class AddressBook {
 public:
  std::uintptr_t add(const Buffer& buffer, std::size_t alignment) {
    const std::uintptr_t step = std::max<std::uintptr_t>(alignment, kGap);
    const auto address = (next_ + step - 1) / step * step;
    next_ = address + buffer.bytes + kGap;
    buffers_.emplace(address, buffer);
    return address;
  }
  Spot find(std::uintptr_t address) const {
    auto after = buffers_.upper_bound(address);
    if (after == buffers_.begin())
      throw std::invalid_argument("an address that memory_alloc never gave");
    const auto& [start, buffer] = *std::prev(after);
    if (address - start >= buffer.bytes)
      throw std::invalid_argument("an address that memory_alloc never gave");
    return {&buffer, address - start};
  }
  std::optional<Buffer> remove(std::uintptr_t address) {
    const auto node = buffers_.extract(address);
    return node ? std::optional(node.mapped()) : std::nullopt;
  }

 private:
  static constexpr std::uintptr_t kGap = 1 << 16;
  std::map<std::uintptr_t, Buffer> buffers_;
  std::uintptr_t next_ = std::uintptr_t{1} << 40;
};

/// Lives as long as the process, as the devices do: the memory functions of the plugin interface
/// belong to no plan. [main]
AddressBook& book() {
  static auto& made = *new AddressBook;
  return made;
}

std::uintptr_t number(const void* address) {
  return reinterpret_cast<std::uintptr_t>(address);
}

/// The first memory type that has all of `wanted` and `preferred`; if there is none, the first that
/// has all of `wanted`.
std::uint32_t memory_type(Device& device, std::uint32_t allowed, VkMemoryPropertyFlags wanted,
                          VkMemoryPropertyFlags preferred) {
  VkPhysicalDeviceMemoryProperties memory;
  vkGetPhysicalDeviceMemoryProperties(device.physical(), &memory);
  for (const auto flags : {wanted | preferred, wanted})
    for (std::uint32_t i = 0; i < memory.memoryTypeCount; ++i)
      if ((allowed >> i & 1u) != 0 && (memory.memoryTypes[i].propertyFlags & flags) == flags)
        return i;
  throw std::runtime_error(device.facts().name + " has no memory of a kind that is needed");
}

bool host_sees(Device& device, std::uint32_t type) {
  constexpr VkMemoryPropertyFlags kSeen = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT |
                                          VK_MEMORY_PROPERTY_HOST_COHERENT_BIT |
                                          VK_MEMORY_PROPERTY_HOST_CACHED_BIT;
  VkPhysicalDeviceMemoryProperties memory;
  vkGetPhysicalDeviceMemoryProperties(device.physical(), &memory);
  return (memory.memoryTypes[type].propertyFlags & kSeen) == kSeen;
}

void allocate(Buffer& buffer, VkMemoryPropertyFlags wanted, VkMemoryPropertyFlags preferred) {
  auto& device = *buffer.device;
  VkMemoryRequirements needs;
  device.vk().vkGetBufferMemoryRequirements(device.handle(), buffer.handle, &needs);
  VkMemoryAllocateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO;
  info.allocationSize = needs.size;
  info.memoryTypeIndex = memory_type(device, needs.memoryTypeBits, wanted, preferred);
  const auto result = device.vk().vkAllocateMemory(device.handle(), &info, nullptr, &buffer.memory);
  if (result == VK_ERROR_OUT_OF_DEVICE_MEMORY || result == VK_ERROR_OUT_OF_HOST_MEMORY)
    throw cvg::OutOfMemory(device.facts().name + " has no " + std::to_string(needs.size) +
                           " bytes more (of " + std::to_string(device.facts().memory_bytes) + ")");
  check(result, "vkAllocateMemory");
  check(device.vk().vkBindBufferMemory(device.handle(), buffer.handle, buffer.memory, 0),
        "vkBindBufferMemory");
  const bool must_map = (wanted & VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT) != 0;
  void* mapped = nullptr;
  if (must_map || host_sees(device, info.memoryTypeIndex))
    check(device.vk().vkMapMemory(device.handle(), buffer.memory, 0, VK_WHOLE_SIZE, 0, &mapped),
          "vkMapMemory");
  buffer.mapped = static_cast<std::byte*>(mapped);
}

}  // namespace

Buffer make_buffer(Device& device, std::size_t bytes, VkMemoryPropertyFlags wanted,
                   VkMemoryPropertyFlags preferred) {
  device.throw_if_lost();
  Buffer buffer{&device, VK_NULL_HANDLE, VK_NULL_HANDLE, std::max<std::size_t>(bytes, 4), nullptr};
  VkBufferCreateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO;
  info.size = buffer.bytes;
  info.usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_TRANSFER_SRC_BIT |
               VK_BUFFER_USAGE_TRANSFER_DST_BIT;
  info.sharingMode = VK_SHARING_MODE_EXCLUSIVE;
  check(device.vk().vkCreateBuffer(device.handle(), &info, nullptr, &buffer.handle),
        "vkCreateBuffer");
  try {
    allocate(buffer, wanted, preferred);
  } catch (...) {
    free_buffer(buffer);
    throw;
  }
  return buffer;
}

void free_buffer(const Buffer& buffer) {
  const auto& vk = buffer.device->vk();
  vk.vkDestroyBuffer(buffer.device->handle(), buffer.handle, nullptr);
  vk.vkFreeMemory(buffer.device->handle(), buffer.memory, nullptr);  // unmaps it
}

Spot spot_of(const void* address) {
  return book().find(number(address));
}

void* Memory::alloc(std::int32_t index, cvg_memory kind, std::size_t bytes, std::size_t alignment) {
  const auto meant = MemoryKind::of(kind);
  auto& owner = device(meant.validated, static_cast<std::size_t>(index));
  auto buffer = make_buffer(owner, bytes, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, 0);
  if (meant.staged) buffer.mapped = nullptr;
  owner.throw_if_told();
  return reinterpret_cast<void*>(book().add(buffer, alignment));
}

void Memory::free(std::int32_t, std::int32_t, void* address) {
  if (const auto buffer = book().remove(number(address))) free_buffer(*buffer);
}

void Memory::fill(std::int32_t, std::int32_t, void* address, std::size_t offset, std::int32_t byte,
                  std::size_t bytes) {
  const auto [buffer, start] = spot_of(address);
  fill_bytes(*buffer, start + offset, static_cast<unsigned char>(byte), bytes);
  buffer->device->throw_if_told();
}

void Memory::read(std::int32_t, std::int32_t, const void* address, std::size_t offset, void* host,
                  std::size_t bytes) {
  const auto [buffer, start] = spot_of(address);
  read_bytes(*buffer, start + offset, host, bytes);
  buffer->device->throw_if_told();
}

void Memory::write(std::int32_t, std::int32_t, void* address, std::size_t offset, const void* host,
                   std::size_t bytes) {
  const auto [buffer, start] = spot_of(address);
  write_bytes(*buffer, start + offset, host, bytes);
  buffer->device->throw_if_told();
}

}  // namespace convgauge::backends::vulkan
