#include "pipelines.hpp"

namespace convgauge::backends::vulkan {

Pipelines::Pipelines(Device& device) : device_(device) {
  VkDescriptorSetLayoutBinding bindings[kBindings] = {};
  for (std::uint32_t i = 0; i < kBindings; ++i)
    bindings[i] = {i, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 1, VK_SHADER_STAGE_COMPUTE_BIT, nullptr};
  VkDescriptorSetLayoutCreateInfo set{};
  set.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO;
  set.bindingCount = kBindings;
  set.pBindings = bindings;
  check(device.vk().vkCreateDescriptorSetLayout(device.handle(), &set, nullptr, &set_layout_),
        "vkCreateDescriptorSetLayout");
  const VkPushConstantRange pushed{VK_SHADER_STAGE_COMPUTE_BIT, 0, sizeof(Push)};
  VkPipelineLayoutCreateInfo layout{};
  layout.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO;
  layout.setLayoutCount = 1;
  layout.pSetLayouts = &set_layout_;
  layout.pushConstantRangeCount = 1;
  layout.pPushConstantRanges = &pushed;
  check(device.vk().vkCreatePipelineLayout(device.handle(), &layout, nullptr, &layout_),
        "vkCreatePipelineLayout");
  VkPipelineCacheCreateInfo cache{};
  cache.sType = VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO;
  check(device.vk().vkCreatePipelineCache(device.handle(), &cache, nullptr, &cache_),
        "vkCreatePipelineCache");
}

VkShaderModule Pipelines::module_of(Shader shader, Storage storage) {
  auto& made = modules_[{shader, storage}];
  if (made) return made;
  const auto code = spirv(shader, storage);
  VkShaderModuleCreateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO;
  info.codeSize = code.size_bytes();
  info.pCode = code.data();
  check(device_.vk().vkCreateShaderModule(device_.handle(), &info, nullptr, &made),
        "vkCreateShaderModule");
  return made;
}

VkPipeline Pipelines::make(const Step& step) {
  std::array<VkSpecializationMapEntry, kConstants> entries{};
  for (std::uint32_t i = 0; i < kConstants; ++i) entries[i] = {i, i * 4, 4};
  VkSpecializationInfo constants{};
  constants.mapEntryCount = kConstants;
  constants.pMapEntries = entries.data();
  constants.dataSize = sizeof step.constants;
  constants.pData = step.constants.data();
  VkComputePipelineCreateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO;
  info.stage.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO;
  info.stage.stage = VK_SHADER_STAGE_COMPUTE_BIT;
  info.stage.module = module_of(step.shader, step.storage);
  info.stage.pName = "main";
  info.stage.pSpecializationInfo = &constants;
  info.layout = layout_;
  VkPipeline made = VK_NULL_HANDLE;
  check(device_.vk().vkCreateComputePipelines(device_.handle(), cache_, 1, &info, nullptr, &made),
        "vkCreateComputePipelines");
  return made;
}

std::shared_ptr<Pipeline> Pipelines::of(const Step& step) {
  const Key key{step.shader, step.storage, step.constants};
  if (const auto found = kept_.find(key); found != kept_.end()) return found->second;
  auto made = std::make_shared<Pipeline>(device_, make(step));
  if (order_.size() == kKept) {
    kept_.erase(order_.front());
    order_.pop_front();
  }
  kept_.emplace(key, made);
  order_.push_back(key);
  return made;
}

}  // namespace convgauge::backends::vulkan
