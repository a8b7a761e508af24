// Compute pipelines, each made once for its shader, storage and constants. All have the same
// layout: four storage buffers and twelve bytes of push constants.
#pragma once
#include <list>
#include <map>
#include <memory>

#include "device.hpp"
#include "program.hpp"

namespace convgauge::backends::vulkan {

/// Owns a pipeline.
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

/// The pipelines of a device. [main]
class Pipelines {
 public:
  explicit Pipelines(Device& device);
  VkPipelineLayout layout() const { return layout_; }
  VkDescriptorSetLayout set_layout() const { return set_layout_; }

  /// The pipeline of a step, which is made if it is not kept from before. The newest kKept are
  /// kept.
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
  // The driver's cache: what two pipelines have in common is compiled once.
  VkPipelineCache cache_ = VK_NULL_HANDLE;
  std::map<std::pair<Shader, Storage>, VkShaderModule> modules_;
  std::map<Key, std::shared_ptr<Pipeline>> kept_;
  std::list<Key> order_;  // the oldest first
};

}  // namespace convgauge::backends::vulkan
