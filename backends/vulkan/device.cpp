#include "device.hpp"

#include <algorithm>
#include <map>

#include "cooperative.hpp"
#include "copies.hpp"
#include "pipelines.hpp"

namespace convgauge::backends::vulkan {
namespace {

constexpr std::chrono::seconds kCopyLimit{60};  // a copy of a chunk of staging memory

/// A queue family for compute; where possible one without graphics, whose work does not wait for
/// the frames of other programs.
std::uint32_t compute_family(const std::vector<VkQueueFamilyProperties>& families) {
  std::uint32_t found = 0;
  bool any = false;
  for (std::uint32_t i = 0; i < families.size(); ++i) {
    if ((families[i].queueFlags & VK_QUEUE_COMPUTE_BIT) == 0) continue;
    if (!any) found = i;
    any = true;
    if ((families[i].queueFlags & VK_QUEUE_GRAPHICS_BIT) == 0) return i;
  }
  return found;
}

bool has_extension(VkPhysicalDevice device, const char* name) {
  std::uint32_t count = 0;
  vkEnumerateDeviceExtensionProperties(device, nullptr, &count, nullptr);
  std::vector<VkExtensionProperties> all(count);
  vkEnumerateDeviceExtensionProperties(device, nullptr, &count, all.data());
  return std::any_of(all.begin(), all.end(),
                     [&](const auto& e) { return std::string(e.extensionName) == name; });
}

/// The size of subgroups; 0 where the driver may choose among several sizes.
std::int64_t subgroup_of(VkPhysicalDevice device) {
  VkPhysicalDeviceProperties told;
  vkGetPhysicalDeviceProperties(device, &told);
  if (told.apiVersion < VK_API_VERSION_1_3 &&
      !has_extension(device, VK_EXT_SUBGROUP_SIZE_CONTROL_EXTENSION_NAME))
    return 0;
  VkPhysicalDeviceSubgroupSizeControlProperties sizes{};
  sizes.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_PROPERTIES;
  VkPhysicalDeviceProperties2 properties{};
  properties.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2;
  properties.pNext = &sizes;
  vkGetPhysicalDeviceProperties2(device, &properties);
  return sizes.minSubgroupSize == sizes.maxSubgroupSize ? sizes.maxSubgroupSize : 0;
}

Limits limits_of(VkPhysicalDevice device, const VkPhysicalDeviceLimits& told) {
  Limits limits;
  limits.range_bytes = told.maxStorageBufferRange;
  // At least 256, so that every window also begins at a whole element, and at a whole four of them.
  limits.offset_alignment =
      std::max<std::int64_t>(256, static_cast<std::int64_t>(told.minStorageBufferOffsetAlignment));
  limits.shared_bytes = told.maxComputeSharedMemorySize;
  limits.threads =
      std::min<std::int64_t>(told.maxComputeWorkGroupInvocations, told.maxComputeWorkGroupSize[0]);
  for (std::size_t i = 0; i < 3; ++i) limits.groups[i] = told.maxComputeWorkGroupCount[i];
  VkPhysicalDeviceShaderSMBuiltinsPropertiesNV sm{};
  sm.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_SM_BUILTINS_PROPERTIES_NV;
  VkPhysicalDeviceProperties2 properties{};
  properties.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2;
  if (has_extension(device, VK_NV_SHADER_SM_BUILTINS_EXTENSION_NAME)) {
    properties.pNext = &sm;
    vkGetPhysicalDeviceProperties2(device, &properties);
    limits.multiprocessors = static_cast<int>(sm.shaderSMCount);
  }
  VkPhysicalDeviceVulkan12Features core{};
  core.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES;
  VkPhysicalDevice16BitStorageFeatures storage{};
  storage.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_16BIT_STORAGE_FEATURES;
  storage.pNext = &core;
  VkPhysicalDeviceFeatures2 features{};
  features.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2;
  features.pNext = &storage;
  vkGetPhysicalDeviceFeatures2(device, &features);
  limits.storage_16bit = storage.storageBuffer16BitAccess == VK_TRUE;
  limits.float16 = limits.storage_16bit && core.shaderFloat16 == VK_TRUE;
  limits.subgroup = subgroup_of(device);
  limits.cooperative_matrix = limits.float16 && core.vulkanMemoryModel == VK_TRUE &&
                              has_extension(device, kCooperativeExtension) &&
                              multiplies_halves(instance(false).handle, device);
  return limits;
}

/// llvmpipe ends every loop of an invocation silently once they have taken 65535 iterations
/// together (Mesa's LP_MAX_TGSI_LOOP_ITERATIONS; seen with Mesa 22.3: a kernel of 363x363 taps was
/// summed in part).
constexpr std::int64_t kLlvmpipeIterations = 65535;

std::string mebibytes(std::int64_t bytes) {
  return std::to_string(bytes >> 20) + " MiB";
}

VkPhysicalDeviceDriverProperties driver_of(VkPhysicalDevice device) {
  VkPhysicalDeviceDriverProperties driver{};
  driver.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES;
  VkPhysicalDeviceProperties2 properties{};
  properties.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2;
  properties.pNext = &driver;
  vkGetPhysicalDeviceProperties2(device, &properties);
  return driver;
}

std::string driver_text(const VkPhysicalDeviceDriverProperties& driver,
                        const VkPhysicalDeviceProperties& told, const Limits& limits) {
  const auto version = [](std::uint32_t v) {
    return std::to_string(VK_API_VERSION_MAJOR(v)) + "." + std::to_string(VK_API_VERSION_MINOR(v)) +
           "." + std::to_string(VK_API_VERSION_PATCH(v));
  };
  return std::string(driver.driverName) + " " + driver.driverInfo + ", Vulkan " +
         version(told.apiVersion) + ", range " + mebibytes(limits.range_bytes) + ", shared " +
         std::to_string(limits.shared_bytes >> 10) + " KiB" + (limits.storage_16bit ? ", f16" : "");
}

DeviceFacts facts_of(VkPhysicalDevice device) {
  VkPhysicalDeviceProperties told;
  vkGetPhysicalDeviceProperties(device, &told);
  VkPhysicalDeviceMemoryProperties memory;
  vkGetPhysicalDeviceMemoryProperties(device, &memory);
  std::uint32_t count = 0;
  vkGetPhysicalDeviceQueueFamilyProperties(device, &count, nullptr);
  std::vector<VkQueueFamilyProperties> families(count);
  vkGetPhysicalDeviceQueueFamilyProperties(device, &count, families.data());

  DeviceFacts facts;
  facts.name = told.deviceName;
  facts.type = told.deviceType;
  facts.limits = limits_of(device, told.limits);
  const auto driver = driver_of(device);
  if (driver.driverID == VK_DRIVER_ID_MESA_LLVMPIPE)
    facts.limits.loop_iterations = kLlvmpipeIterations;
  facts.driver = driver_text(driver, told, facts.limits);
  for (std::uint32_t i = 0; i < memory.memoryHeapCount; ++i)
    if ((memory.memoryHeaps[i].flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT) != 0)
      facts.memory_bytes =
          std::max(facts.memory_bytes, static_cast<std::int64_t>(memory.memoryHeaps[i].size));
  facts.queue_family = compute_family(families);
  const auto bits = families[facts.queue_family].timestampValidBits;
  facts.timestamp_ns = bits > 0 ? static_cast<double>(told.limits.timestampPeriod) : 0;
  facts.timestamp_mask = bits >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
  return facts;
}

}  // namespace

const std::vector<DeviceFacts>& all_facts() {
  static const std::vector<DeviceFacts>* all = nullptr;
  if (!all) {
    std::vector<DeviceFacts> read;
    for (auto* physical : instance(false).devices) read.push_back(facts_of(physical));
    all = new std::vector<DeviceFacts>(std::move(read));
  }
  return *all;
}

Device::Device(Instance& instance, VkPhysicalDevice physical, const DeviceFacts& facts)
    : instance_(instance), physical_(physical), facts_(facts) {
  create();
  volkLoadDeviceTable(&table_, handle_);
  table_.vkGetDeviceQueue(handle_, facts_.queue_family, 0, &queue_);
  VkCommandPoolCreateInfo pool{};
  pool.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO;
  pool.flags = VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT;
  pool.queueFamilyIndex = facts_.queue_family;
  check(table_.vkCreateCommandPool(handle_, &pool, nullptr, &pool_), "vkCreateCommandPool");
  fence_ = make_fence();
  pipelines_ = std::make_unique<Pipelines>(*this);
  staging_ = std::make_unique<Staging>(*this);
}

Device::~Device() = default;  // lives as long as the process: see instance()

void Device::create() {
  const float priority = 1;
  VkDeviceQueueCreateInfo queue{};
  queue.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO;
  queue.queueFamilyIndex = facts_.queue_family;
  queue.queueCount = 1;
  queue.pQueuePriorities = &priority;
  VkPhysicalDevice16BitStorageFeatures storage{};
  storage.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_16BIT_STORAGE_FEATURES;
  storage.storageBuffer16BitAccess = facts_.limits.storage_16bit ? VK_TRUE : VK_FALSE;
  VkPhysicalDeviceVulkan12Features core{};
  core.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES;
  core.shaderFloat16 = facts_.limits.float16 ? VK_TRUE : VK_FALSE;
  storage.pNext = &core;
  CooperativeFeatures matrices;
  matrices.cooperative_matrix = VK_TRUE;
  const bool cooperates = facts_.limits.cooperative_matrix && !instance_.messages;
  core.vulkanMemoryModel = cooperates ? VK_TRUE : VK_FALSE;
  if (cooperates) core.pNext = &matrices;
  VkDeviceCreateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO;
  info.pNext = &storage;
  info.enabledExtensionCount = cooperates ? 1 : 0;
  info.ppEnabledExtensionNames = &kCooperativeExtension;
  info.queueCreateInfoCount = 1;
  info.pQueueCreateInfos = &queue;
  check(vkCreateDevice(physical_, &info, nullptr, &handle_), "vkCreateDevice");
}

VkFence Device::make_fence() {
  VkFenceCreateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO;
  VkFence made = VK_NULL_HANDLE;
  check(table_.vkCreateFence(handle_, &info, nullptr, &made), "vkCreateFence");
  return made;
}

VkCommandBuffer Device::begin_commands(VkCommandBufferUsageFlags usage) {
  VkCommandBufferAllocateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO;
  info.commandPool = pool_;
  info.level = VK_COMMAND_BUFFER_LEVEL_PRIMARY;
  info.commandBufferCount = 1;
  VkCommandBuffer made = VK_NULL_HANDLE;
  check(table_.vkAllocateCommandBuffers(handle_, &info, &made), "vkAllocateCommandBuffers");
  VkCommandBufferBeginInfo begin{};
  begin.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO;
  begin.flags = usage;
  check(table_.vkBeginCommandBuffer(made, &begin), "vkBeginCommandBuffer");
  return made;
}

void Device::end_commands(VkCommandBuffer commands) {
  check(table_.vkEndCommandBuffer(commands), "vkEndCommandBuffer");
}

void Device::free_commands(VkCommandBuffer commands) {
  if (commands && !lost_) table_.vkFreeCommandBuffers(handle_, pool_, 1, &commands);
}

void Device::submit(std::span<const VkCommandBuffer> commands, VkFence fence) {
  throw_if_lost();
  VkSubmitInfo info{};
  info.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO;
  info.commandBufferCount = static_cast<std::uint32_t>(commands.size());
  info.pCommandBuffers = commands.data();
  const auto result = table_.vkQueueSubmit(queue_, 1, &info, fence);
  lost_ = result == VK_ERROR_DEVICE_LOST;
  check(result, "vkQueueSubmit");
}

void Device::wait(VkFence fence, std::chrono::seconds limit) {
  throw_if_lost();
  const auto ns = static_cast<std::uint64_t>(std::chrono::nanoseconds(limit).count());
  const auto result = table_.vkWaitForFences(handle_, 1, &fence, VK_TRUE, ns);
  lost_ = result == VK_ERROR_DEVICE_LOST || result == VK_TIMEOUT;
  if (result == VK_TIMEOUT)
    throw cvg::DeviceLost(facts_.name + " did not finish within " + std::to_string(limit.count()) +
                          " s: a shader hangs, or the option wait_s is too short for this problem");
  check(result, "vkWaitForFences");
  check(table_.vkResetFences(handle_, 1, &fence), "vkResetFences");
}

void Device::run(VkCommandBuffer commands) {
  end_commands(commands);
  submit({&commands, 1}, fence_);
  wait(fence_, kCopyLimit);
  free_commands(commands);
}

void Device::throw_if_lost() const {
  if (lost_) throw cvg::DeviceLost(facts_.name + " was lost before");
}

void Device::throw_if_told() const {
  if (instance_.messages) instance_.messages->throw_if_any();
}

Device& device(bool validated, std::size_t index) {
  static auto& open = *new std::map<std::pair<bool, std::size_t>, std::unique_ptr<Device>>;
  auto& made = open[{validated, index}];
  if (!made) {
    auto& all = instance(validated);
    made = std::make_unique<Device>(all, all.devices.at(index), all_facts().at(index));
  }
  return *made;
}

}  // namespace convgauge::backends::vulkan
