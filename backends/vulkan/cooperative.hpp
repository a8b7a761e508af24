// The declarations of VK_KHR_cooperative_matrix, which Vulkan's headers have from 1.3.255 on:
// Debian 12 has 1.3.239.
#pragma once
#include "instance.hpp"

namespace convgauge::backends::vulkan {

/// VkPhysicalDeviceCooperativeMatrixFeaturesKHR.
struct CooperativeFeatures {
  VkStructureType type = static_cast<VkStructureType>(1000506000);
  void* next = nullptr;
  VkBool32 cooperative_matrix = VK_FALSE, robust_buffer_access = VK_FALSE;
};

/// VkCooperativeMatrixPropertiesKHR. Component types: 0 f16, 1 f32; scope: 3 a subgroup.
struct CooperativeProperties {
  VkStructureType type = static_cast<VkStructureType>(1000506001);
  void* next = nullptr;
  std::uint32_t m = 0, n = 0, k = 0;
  std::int32_t a = 0, b = 0, c = 0, result = 0;
  VkBool32 saturating = VK_FALSE;
  std::int32_t scope = 0;
};

inline constexpr const char* kCooperativeExtension = "VK_KHR_cooperative_matrix";

/// Whether the device, which must have the extension, multiplies 16x16x16 matrices of f16 in a
/// subgroup, with sums in f32.
bool multiplies_halves(VkInstance instance, VkPhysicalDevice device);

}  // namespace convgauge::backends::vulkan
