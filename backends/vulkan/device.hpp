// A logical device with its queue, and what this backend needs to know of it.
#pragma once
#include <chrono>
#include <memory>
#include <span>
#include <string>

#include "instance.hpp"
#include "shape.hpp"

namespace convgauge::backends::vulkan {

class Pipelines;
class Staging;

/// A physical device in words and numbers, without opening it.
struct DeviceFacts {
  std::string name, driver;
  VkPhysicalDeviceType type = VK_PHYSICAL_DEVICE_TYPE_OTHER;
  std::int64_t memory_bytes = 0;
  Limits limits{};
  double timestamp_ns = 0;  // 0: no timestamps
  std::uint64_t timestamp_mask = 0;
  std::uint32_t queue_family = 0;
  /// Device, driver and its version: a tuned choice is valid for these.
  std::string identity() const { return name + ", " + driver; }
};
/// The facts of every device, read once. Throws as instance() does. [main]
const std::vector<DeviceFacts>& all_facts();

/// [main]
class Device {
 public:
  Device(Instance& instance, VkPhysicalDevice physical, const DeviceFacts& facts);
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;
  ~Device();

  const DeviceFacts& facts() const { return facts_; }
  const VolkDeviceTable& vk() const { return table_; }
  VkDevice handle() const { return handle_; }
  VkPhysicalDevice physical() const { return physical_; }
  Pipelines& pipelines() { return *pipelines_; }
  Staging& staging() { return *staging_; }

  VkCommandBuffer begin_commands(VkCommandBufferUsageFlags usage);
  void end_commands(VkCommandBuffer commands);
  void free_commands(VkCommandBuffer commands);
  /// Submits the commands in order. The fence is signalled when all of them are done.
  void submit(std::span<const VkCommandBuffer> commands, VkFence fence);
  /// Waits for the fence and resets it. Throws cvg::DeviceLost where it is not signalled within
  /// `limit`: the device cannot be used any more then.
  void wait(VkFence fence, std::chrono::seconds limit);
  /// Ends and submits one buffer of commands, waits for it, and frees it.
  void run(VkCommandBuffer commands);
  VkFence make_fence();

  /// Throws cvg::DeviceLost if the device was lost before.
  void throw_if_lost() const;
  /// Throws std::runtime_error if the validation layers reported anything.
  void throw_if_told() const;

 private:
  void create();
  Instance& instance_;
  VkPhysicalDevice physical_;
  DeviceFacts facts_;
  VkDevice handle_ = VK_NULL_HANDLE;
  VolkDeviceTable table_{};
  VkQueue queue_ = VK_NULL_HANDLE;
  VkCommandPool pool_ = VK_NULL_HANDLE;
  VkFence fence_ = VK_NULL_HANDLE;
  std::unique_ptr<Pipelines> pipelines_;
  std::unique_ptr<Staging> staging_;
  bool lost_ = false;
};

/// The device of this index, opened at the first call and kept as long as the process lives, as its
/// instance is. Throws std::out_of_range where there is none. [main]
Device& device(bool validated, std::size_t index);

}  // namespace convgauge::backends::vulkan
