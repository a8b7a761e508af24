#include "execution.hpp"

#include <algorithm>

#include "copies.hpp"

namespace convgauge::backends::vulkan {
namespace {

/// Each slot has its own pool: binding a slot again resets only that one.
VkDescriptorPool make_descriptor_pool(Device& device, std::size_t sets) {
  const VkDescriptorPoolSize size{VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
                                  static_cast<std::uint32_t>(sets * kBindings)};
  VkDescriptorPoolCreateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO;
  info.maxSets = static_cast<std::uint32_t>(sets);
  info.poolSizeCount = 1;
  info.pPoolSizes = &size;
  VkDescriptorPool made = VK_NULL_HANDLE;
  check(device.vk().vkCreateDescriptorPool(device.handle(), &info, nullptr, &made),
        "vkCreateDescriptorPool");
  return made;
}

}  // namespace

Execution::Execution(Device& device, const Program& program, int slots, std::chrono::seconds limit)
    : device_(device),
      program_(program),
      limit_(limit),
      recorded_(static_cast<std::size_t>(slots)) {
  device.throw_if_lost();
  for (const auto& step : program.steps) pipelines_.push_back(device.pipelines().of(step));
  for (int slot = 0; slot < slots; ++slot)
    pools_.push_back(make_descriptor_pool(device, std::max<std::size_t>(1, program.steps.size())));
  fence_ = device.make_fence();
  if (device.facts().timestamp_ns > 0) make_timestamps();
  device.throw_if_told();
}

Execution::~Execution() {
  const auto& vk = device_.vk();
  for (auto* commands : recorded_) device_.free_commands(commands);
  device_.free_commands(first_);
  device_.free_commands(last_);
  for (auto* pool : pools_) vk.vkDestroyDescriptorPool(device_.handle(), pool, nullptr);
  vk.vkDestroyQueryPool(device_.handle(), queries_, nullptr);
  vk.vkDestroyFence(device_.handle(), fence_, nullptr);
}

void Execution::make_timestamps() {
  VkQueryPoolCreateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO;
  info.queryType = VK_QUERY_TYPE_TIMESTAMP;
  info.queryCount = 2;
  check(device_.vk().vkCreateQueryPool(device_.handle(), &info, nullptr, &queries_),
        "vkCreateQueryPool");
  first_ = device_.begin_commands(0);
  device_.vk().vkCmdResetQueryPool(first_, queries_, 0, 2);
  device_.vk().vkCmdWriteTimestamp(first_, VK_PIPELINE_STAGE_TOP_OF_PIPE_BIT, queries_, 0);
  device_.end_commands(first_);
  last_ = device_.begin_commands(0);
  device_.vk().vkCmdWriteTimestamp(last_, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, queries_, 1);
  device_.end_commands(last_);
}

/// A window includes all of its buffer from its offset on, the host's guard regions too, up to the
/// device's limit of a binding. So what a kernel writes beyond its tensor is found by the host's
/// check of the guards.
VkDescriptorSet Execution::describe(VkDescriptorPool pool, const Step& step, const Spots& spots) {
  VkDescriptorSetAllocateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO;
  info.descriptorPool = pool;
  info.descriptorSetCount = 1;
  const auto layout = device_.pipelines().set_layout();
  info.pSetLayouts = &layout;
  VkDescriptorSet set = VK_NULL_HANDLE;
  check(device_.vk().vkAllocateDescriptorSets(device_.handle(), &info, &set),
        "vkAllocateDescriptorSets");
  std::array<VkDescriptorBufferInfo, kBindings> buffers{};
  std::array<VkWriteDescriptorSet, kBindings> writes{};
  std::uint32_t count = 0;
  for (std::uint32_t i = 0; i < kBindings; ++i) {
    const auto& window = step.windows[i];
    if (window.place == Place::none) continue;
    const auto& spot = spots[static_cast<std::size_t>(window.place)];
    const auto offset = spot.offset + static_cast<std::size_t>(window.offset);
    const auto range = static_cast<std::size_t>(device_.facts().limits.range_bytes);
    buffers[i] = {spot.buffer->handle, offset, std::min(spot.buffer->bytes - offset, range)};
    auto& write = writes[count++];
    write.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET;
    write.dstSet = set;
    write.dstBinding = i;
    write.descriptorCount = 1;
    write.descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
    write.pBufferInfo = &buffers[i];
  }
  device_.vk().vkUpdateDescriptorSets(device_.handle(), count, writes.data(), 0, nullptr);
  return set;
}

void Execution::bind(std::size_t slot, const Spots& spots) {
  wait();
  check(device_.vk().vkResetDescriptorPool(device_.handle(), pools_.at(slot), 0),
        "vkResetDescriptorPool");
  std::vector<VkDescriptorSet> sets;
  for (std::size_t i = 0; i < program_.steps.size(); ++i) {
    const auto& step = program_.steps[i];
    // Steps of a slot that have the same windows share a descriptor set.
    std::size_t same = 0;
    while (same < i && program_.steps[same].windows != step.windows) ++same;
    sets.push_back(same < i ? sets[same] : describe(pools_[slot], step, spots));
  }
  record(slot, sets);
  device_.throw_if_told();
}

void Execution::record(std::size_t slot, const std::vector<VkDescriptorSet>& sets) {
  const auto& vk = device_.vk();
  device_.free_commands(recorded_[slot]);
  // The same commands may be contained several times in one submission.
  const auto commands = recorded_[slot] =
      device_.begin_commands(VK_COMMAND_BUFFER_USAGE_SIMULTANEOUS_USE_BIT);
  full_barrier(device_, commands);
  for (std::size_t i = 0; i < sets.size(); ++i) {
    const auto& step = program_.steps[i];
    if (step.after_previous && i > 0) full_barrier(device_, commands);
    vk.vkCmdBindPipeline(commands, VK_PIPELINE_BIND_POINT_COMPUTE, pipelines_[i]->handle());
    vk.vkCmdBindDescriptorSets(commands, VK_PIPELINE_BIND_POINT_COMPUTE,
                               device_.pipelines().layout(), 0, 1, &sets[i], 0, nullptr);
    vk.vkCmdPushConstants(commands, device_.pipelines().layout(), VK_SHADER_STAGE_COMPUTE_BIT, 0,
                          sizeof(Push), &step.push);
    vk.vkCmdDispatch(commands, step.groups[0], step.groups[1], step.groups[2]);
  }
  full_barrier(device_, commands);
  device_.end_commands(commands);
}

void Execution::start(std::span<const std::size_t> slots, cvg_timing* timing) {
  wait();
  batch_.clear();
  const bool timed = queries_ && timing;
  if (timed) batch_.push_back(first_);
  for (const auto slot : slots) batch_.push_back(recorded_.at(slot));
  if (timed) batch_.push_back(last_);
  timing_ = timed ? timing : nullptr;
  device_.submit(batch_, fence_);
  pending_ = true;
  device_.throw_if_told();
}

void Execution::wait() {
  if (!pending_) return;
  pending_ = false;
  device_.wait(fence_, limit_);
  if (timing_) read_timestamps();
  timing_ = nullptr;
  device_.throw_if_told();
}

void Execution::read_timestamps() {
  std::uint64_t ticks[2] = {};
  const auto result =
      device_.vk().vkGetQueryPoolResults(device_.handle(), queries_, 0, 2, sizeof ticks, ticks,
                                         sizeof ticks[0], VK_QUERY_RESULT_64_BIT);
  if (result == VK_NOT_READY) return;  // then the host uses its own clock
  check(result, "vkGetQueryPoolResults");
  const auto passed = (ticks[1] - ticks[0]) & device_.facts().timestamp_mask;
  timing_->total_ns = static_cast<double>(passed) * device_.facts().timestamp_ns;
}

}  // namespace convgauge::backends::vulkan
