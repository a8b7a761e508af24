#include "copies.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace convgauge::backends::vulkan {
namespace {

void must_fit(const Buffer& buffer, std::size_t offset, std::size_t bytes) {
  if (offset > buffer.bytes || bytes > buffer.bytes - offset)
    throw std::out_of_range(std::to_string(bytes) + " bytes at " + std::to_string(offset) +
                            " of a buffer of " + std::to_string(buffer.bytes));
}

void copy(const Buffer& from, std::size_t from_offset, const Buffer& to, std::size_t to_offset,
          std::size_t bytes) {
  auto& device = *from.device;
  const auto commands = device.begin_commands(VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT);
  const VkBufferCopy region{from_offset, to_offset, bytes};
  full_barrier(device, commands);
  device.vk().vkCmdCopyBuffer(commands, from.handle, to.handle, 1, &region);
  full_barrier(device, commands);
  device.run(commands);
}

/// Calls body(offset within the whole, bytes) for chunks that fit the staging buffer.
template <class Body>
void in_chunks(std::size_t bytes, Body&& body) {
  for (std::size_t done = 0; done < bytes; done += Staging::kBytes)
    body(done, std::min(Staging::kBytes, bytes - done));
}

}  // namespace

const Buffer& Staging::buffer() {
  if (!buffer_.device)
    buffer_ = make_buffer(
        device_, kBytes, VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT,
        VK_MEMORY_PROPERTY_HOST_CACHED_BIT);
  return buffer_;
}

void full_barrier(Device& device, VkCommandBuffer commands) {
  constexpr VkPipelineStageFlags kStages = VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT |
                                           VK_PIPELINE_STAGE_TRANSFER_BIT |
                                           VK_PIPELINE_STAGE_HOST_BIT;
  VkMemoryBarrier barrier{};
  barrier.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER;
  barrier.srcAccessMask =
      VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_WRITE_BIT | VK_ACCESS_HOST_WRITE_BIT;
  barrier.dstAccessMask = VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT |
                          VK_ACCESS_TRANSFER_READ_BIT | VK_ACCESS_TRANSFER_WRITE_BIT |
                          VK_ACCESS_HOST_READ_BIT | VK_ACCESS_HOST_WRITE_BIT;
  device.vk().vkCmdPipelineBarrier(commands, kStages, kStages, 0, 1, &barrier, 0, nullptr, 0,
                                   nullptr);
}

void write_bytes(const Buffer& buffer, std::size_t offset, const void* from, std::size_t bytes) {
  must_fit(buffer, offset, bytes);
  if (buffer.mapped) {
    std::memcpy(buffer.mapped + offset, from, bytes);
    return;
  }
  in_chunks(bytes, [&](std::size_t at, std::size_t size) {
    const auto& staging = buffer.device->staging().buffer();
    std::memcpy(staging.mapped, static_cast<const std::byte*>(from) + at, size);
    copy(staging, 0, buffer, offset + at, size);
  });
}

void read_bytes(const Buffer& buffer, std::size_t offset, void* to, std::size_t bytes) {
  must_fit(buffer, offset, bytes);
  if (buffer.mapped) {
    std::memcpy(to, buffer.mapped + offset, bytes);
    return;
  }
  in_chunks(bytes, [&](std::size_t at, std::size_t size) {
    const auto& staging = buffer.device->staging().buffer();
    copy(buffer, offset + at, staging, 0, size);
    std::memcpy(static_cast<std::byte*>(to) + at, staging.mapped, size);
  });
}

void fill_bytes(const Buffer& buffer, std::size_t offset, unsigned char byte, std::size_t bytes) {
  must_fit(buffer, offset, bytes);
  if (buffer.mapped) {
    std::memset(buffer.mapped + offset, byte, bytes);
    return;
  }
  // The device fills whole words; the remaining bytes at both ends are written by the host.
  const auto first = std::min((offset + 3) / 4 * 4, offset + bytes),
             last = std::max(first, (offset + bytes) / 4 * 4);
  const std::vector<unsigned char> ends(4, byte);
  if (first > offset) write_bytes(buffer, offset, ends.data(), first - offset);
  if (offset + bytes > last) write_bytes(buffer, last, ends.data(), offset + bytes - last);
  if (first == last) return;
  auto& device = *buffer.device;
  const auto commands = device.begin_commands(VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT);
  full_barrier(device, commands);
  device.vk().vkCmdFillBuffer(commands, buffer.handle, first, last - first, byte * 0x01010101u);
  full_barrier(device, commands);
  device.run(commands);
}

}  // namespace convgauge::backends::vulkan
