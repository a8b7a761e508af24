// Compute pipelines by what they are made of. All have one layout: four storage buffers and twelve
// pushed bytes.
#pragma once
#include <list>
#include <map>
#include <memory>

#include "device.hpp"
#include "program.hpp"

namespace convgauge::backends::vulkan {

/// A pipeline that destroys itself.
class Pipeline {
 public:
  Pipeline(Device& device, VkPipeline handle) : device_(device), handle_(handle) {}
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;
  ~Pipeline() { device_.vk().vkDestroyPipeline(device_.handle(), handle_, nullptr); }
  VkPipeline handle() const { return handle_; }

 private:
  Device& device_;
  VkPipeline handle_;
};

/// A device's. [main]
class Pipelines {
 public:
  explicit Pipelines(Device& device);
  VkPipelineLayout layout() const { return layout_; }
  VkDescriptorSetLayout set_layout() const { return set_layout_; }

  /// The pipeline of a step: a kept one, or made now. The last kKept are kept.
  std::shared_ptr<Pipeline> of(const Step& step);

 private:
  struct Key {
    Shader shader;
    Storage storage;
    std::array<std::uint32_t, kConstants> constants;
    auto operator<=>(const Key&) const = default;
  };
  static constexpr std::size_t kKept = 256;
  VkShaderModule module_of(Shader shader, Storage storage);
  VkPipeline make(const Step& step);

  Device& device_;
  VkDescriptorSetLayout set_layout_ = VK_NULL_HANDLE;
  VkPipelineLayout layout_ = VK_NULL_HANDLE;
  VkPipelineCache cache_ = VK_NULL_HANDLE;  // the driver's own: spares it what two pipelines share
  std::map<std::pair<Shader, Storage>, VkShaderModule> modules_;
  std::map<Key, std::shared_ptr<Pipeline>> kept_;
  std::list<Key> order_;  // the oldest first
};

}  // namespace convgauge::backends::vulkan
