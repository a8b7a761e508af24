#include "cooperative.hpp"

#include <algorithm>

namespace convgauge::backends::vulkan {
namespace {

using Enumerate = VkResult(VKAPI_PTR*)(VkPhysicalDevice, std::uint32_t*, CooperativeProperties*);

bool is_ours(const CooperativeProperties& p) {
  constexpr std::int32_t kHalf = 0, kFloat = 1, kSubgroup = 3;
  return p.m == 16 && p.n == 16 && p.k == 16 && p.a == kHalf && p.b == kHalf && p.c == kFloat &&
         p.result == kFloat && p.saturating == VK_FALSE && p.scope == kSubgroup;
}

}  // namespace

bool multiplies_halves(VkInstance instance, VkPhysicalDevice device) {
  CooperativeFeatures features;
  VkPhysicalDeviceFeatures2 all{};
  all.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2;
  all.pNext = &features;
  vkGetPhysicalDeviceFeatures2(device, &all);
  const auto enumerate = reinterpret_cast<Enumerate>(
      vkGetInstanceProcAddr(instance, "vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR"));
  if (features.cooperative_matrix == VK_FALSE || !enumerate) return false;
  std::uint32_t count = 0;
  if (enumerate(device, &count, nullptr) != VK_SUCCESS) return false;
  std::vector<CooperativeProperties> shapes(count);
  if (enumerate(device, &count, shapes.data()) != VK_SUCCESS) return false;
  return std::any_of(shapes.begin(), shapes.end(), is_ours);
}

}  // namespace convgauge::backends::vulkan
