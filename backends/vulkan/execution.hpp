// A program on a device: its pipelines, and for each slot the descriptors and commands, which are
// recorded when the slot is bound and submitted in every execution.
#pragma once
#include <convgauge/plugin.h>

#include <array>
#include <chrono>
#include <memory>
#include <span>
#include <vector>

#include "buffers.hpp"
#include "pipelines.hpp"
#include "program.hpp"

namespace convgauge::backends::vulkan {

/// The buffers of one slot, indexed by Place.
using Spots = std::array<Spot, 5>;

/// [main]
class Execution {
 public:
  Execution(Device& device, const Program& program, int slots, std::chrono::seconds limit);
  Execution(const Execution&) = delete;
  Execution& operator=(const Execution&) = delete;
  ~Execution();

  void bind(std::size_t slot, const Spots& spots);
  /// Submits the slots' commands in order and returns; `timing` may be null.
  void start(std::span<const std::size_t> slots, cvg_timing* timing);
  void wait();

 private:
  void make_timestamps();
  VkDescriptorSet describe(VkDescriptorPool pool, const Step& step, const Spots& spots);
  void record(std::size_t slot, const std::vector<VkDescriptorSet>& sets);
  void read_timestamps();

  Device& device_;
  const Program& program_;
  std::chrono::seconds limit_;
  std::vector<std::shared_ptr<Pipeline>> pipelines_;  // of each step
  std::vector<VkDescriptorPool> pools_;               // of each slot
  std::vector<VkCommandBuffer> recorded_;             // of each slot
  // They write the timestamps before and after a batch.
  VkCommandBuffer first_ = VK_NULL_HANDLE, last_ = VK_NULL_HANDLE;
  VkQueryPool queries_ = VK_NULL_HANDLE;
  VkFence fence_ = VK_NULL_HANDLE;
  bool pending_ = false;
  cvg_timing* timing_ = nullptr;
  std::vector<VkCommandBuffer> batch_;
};

}  // namespace convgauge::backends::vulkan
