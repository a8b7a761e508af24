#include "instance.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <convgauge/sdk.hpp>
#include <cstring>
#include <filesystem>
#include <optional>

namespace convgauge::backends::vulkan {
namespace {

constexpr const char* kValidationLayer = "VK_LAYER_KHRONOS_validation";

const char* word(VkResult result) {
  switch (result) {
    case VK_ERROR_OUT_OF_HOST_MEMORY:
      return "VK_ERROR_OUT_OF_HOST_MEMORY";
    case VK_ERROR_OUT_OF_DEVICE_MEMORY:
      return "VK_ERROR_OUT_OF_DEVICE_MEMORY";
    case VK_ERROR_DEVICE_LOST:
      return "VK_ERROR_DEVICE_LOST";
    case VK_ERROR_INCOMPATIBLE_DRIVER:
      return "VK_ERROR_INCOMPATIBLE_DRIVER (no driver)";
    case VK_ERROR_INITIALIZATION_FAILED:
      return "VK_ERROR_INITIALIZATION_FAILED";
    case VK_ERROR_LAYER_NOT_PRESENT:
      return "VK_ERROR_LAYER_NOT_PRESENT";
    case VK_ERROR_EXTENSION_NOT_PRESENT:
      return "VK_ERROR_EXTENSION_NOT_PRESENT";
    case VK_ERROR_FEATURE_NOT_PRESENT:
      return "VK_ERROR_FEATURE_NOT_PRESENT";
    case VK_TIMEOUT:
      return "VK_TIMEOUT";
    default:
      return nullptr;
  }
}

VKAPI_ATTR VkBool32 VKAPI_CALL heard(VkDebugUtilsMessageSeverityFlagBitsEXT,
                                     VkDebugUtilsMessageTypeFlagsEXT,
                                     const VkDebugUtilsMessengerCallbackDataEXT* data,
                                     void* messages) {
  static_cast<Messages*>(messages)->add(data->pMessage ? data->pMessage
                                                       : "a message without words");
  return VK_FALSE;
}

bool has_validation() {
  std::uint32_t count = 0;
  vkEnumerateInstanceLayerProperties(&count, nullptr);
  std::vector<VkLayerProperties> layers(count);
  vkEnumerateInstanceLayerProperties(&count, layers.data());
  return std::any_of(layers.begin(), layers.end(), [](const auto& layer) {
    return std::strcmp(layer.layerName, kValidationLayer) == 0;
  });
}

/// Opens the loader that a package of convgauge contains (cmake/gather_libraries.cmake), for a
/// machine that has a driver but no loader. It lies in libraries/loader beside the folder of
/// plugins, and stays open.
VkResult open_packed_loader() {
  Dl_info here{};
  if (dladdr(reinterpret_cast<const void*>(&open_packed_loader), &here) == 0)
    return VK_ERROR_INITIALIZATION_FAILED;
  const auto folder = std::filesystem::path(here.dli_fname).parent_path().parent_path();
  void* loader =
      dlopen((folder / "libraries/loader/libvulkan.so.1").c_str(), RTLD_NOW | RTLD_LOCAL);
  const auto entry =
      loader ? reinterpret_cast<PFN_vkGetInstanceProcAddr>(dlsym(loader, "vkGetInstanceProcAddr"))
             : nullptr;
  if (!entry) return VK_ERROR_INITIALIZATION_FAILED;
  volkInitializeCustom(entry);
  return VK_SUCCESS;
}

VkResult open_any_loader() {
  const auto opened = volkInitialize();
  return opened == VK_SUCCESS ? opened : open_packed_loader();
}

void open_loader() {
  static const VkResult opened = open_any_loader();
  cvg::refuse_unless(opened == VK_SUCCESS, CVG_REASON_DEVICE,
                     "no Vulkan loader: libvulkan.so.1 was not found (Debian: libvulkan1)");
  cvg::refuse_unless(volkGetInstanceVersion() >= VK_API_VERSION_1_2, CVG_REASON_DEVICE,
                     "the Vulkan loader is older than 1.2");
}

VkInstance create(const void* next, const char* const* layers, std::uint32_t layer_count) {
  VkApplicationInfo application{};
  application.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO;
  application.pApplicationName = "convgauge";
  application.apiVersion = VK_API_VERSION_1_2;
  static constexpr const char* kExtensions[] = {VK_EXT_DEBUG_UTILS_EXTENSION_NAME};
  VkInstanceCreateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO;
  info.pNext = next;
  info.pApplicationInfo = &application;
  info.enabledLayerCount = layer_count;
  info.ppEnabledLayerNames = layers;
  info.enabledExtensionCount = layer_count;  // the messenger comes with the layers
  info.ppEnabledExtensionNames = kExtensions;
  VkInstance made = VK_NULL_HANDLE;
  const auto result = vkCreateInstance(&info, nullptr, &made);
  cvg::refuse_unless(result == VK_SUCCESS, CVG_REASON_DEVICE,
                     std::string("no Vulkan instance: vkCreateInstance returned ") +
                         (word(result) ? word(result) : std::to_string(result).c_str()));
  volkLoadInstanceOnly(made);
  return made;
}

/// An instance with the validation layers and synchronization validation; every warning and error
/// goes to `messages`.
VkInstance create_validated(Messages& messages) {
  cvg::refuse_unless(has_validation(), CVG_REASON_OPTION,
                     std::string("validation=on, but the layer ") + kValidationLayer +
                         " is not here (Debian: vulkan-validationlayers)");
  VkDebugUtilsMessengerCreateInfoEXT messenger{};
  messenger.sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT;
  messenger.messageSeverity = VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT |
                              VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT;
  messenger.messageType = VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT |
                          VK_DEBUG_UTILS_MESSAGE_TYPE_PERFORMANCE_BIT_EXT;
  messenger.pfnUserCallback = heard;
  messenger.pUserData = &messages;
  const VkValidationFeatureEnableEXT enabled[] = {
      VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT};
  VkValidationFeaturesEXT features{};
  features.sType = VK_STRUCTURE_TYPE_VALIDATION_FEATURES_EXT;
  features.pNext = &messenger;
  features.enabledValidationFeatureCount = 1;
  features.pEnabledValidationFeatures = enabled;
  const auto made = create(&features, &kValidationLayer, 1);
  const auto create_messenger = reinterpret_cast<PFN_vkCreateDebugUtilsMessengerEXT>(
      vkGetInstanceProcAddr(made, "vkCreateDebugUtilsMessengerEXT"));
  VkDebugUtilsMessengerEXT ignored = VK_NULL_HANDLE;
  if (create_messenger)
    check(create_messenger(made, &messenger, nullptr, &ignored), "vkCreateDebugUtilsMessengerEXT");
  return made;
}

/// Why a device cannot be used; empty for one that can.
std::optional<std::string> unfit(VkPhysicalDevice device) {
  VkPhysicalDeviceProperties properties;
  vkGetPhysicalDeviceProperties(device, &properties);
  const std::string name = properties.deviceName;
  if (properties.apiVersion < VK_API_VERSION_1_2) return name + " has no Vulkan 1.2";
  std::uint32_t count = 0;
  vkGetPhysicalDeviceQueueFamilyProperties(device, &count, nullptr);
  std::vector<VkQueueFamilyProperties> families(count);
  vkGetPhysicalDeviceQueueFamilyProperties(device, &count, families.data());
  const auto computes = [](const auto& f) { return (f.queueFlags & VK_QUEUE_COMPUTE_BIT) != 0; };
  if (std::none_of(families.begin(), families.end(), computes))
    return name + " has no queue that computes";
  return std::nullopt;
}

void find_devices(Instance& made) {
  std::uint32_t count = 0;
  check(vkEnumeratePhysicalDevices(made.handle, &count, nullptr), "vkEnumeratePhysicalDevices");
  std::vector<VkPhysicalDevice> all(count);
  check(vkEnumeratePhysicalDevices(made.handle, &count, all.data()), "vkEnumeratePhysicalDevices");
  std::string why = count == 0 ? "no driver has one" : "";
  for (auto* device : all)
    if (const auto lack = unfit(device))
      why += (why.empty() ? "" : "; ") + *lack;
    else
      made.devices.push_back(device);
  cvg::refuse_unless(!made.devices.empty(), CVG_REASON_DEVICE, "no Vulkan device: " + why);
}

Instance make(bool validated) {
  open_loader();
  Instance made;
  if (validated) {
    made.messages = std::make_unique<Messages>();
    made.handle = create_validated(*made.messages);
  } else {
    made.handle = create(nullptr, nullptr, 0);
  }
  find_devices(made);
  return made;
}

}  // namespace

void check(VkResult result, const char* call) {
  if (result == VK_SUCCESS) return;
  const char* known = word(result);
  const auto text =
      std::string(call) + " returned " + (known ? known : "VkResult " + std::to_string(result));
  if (result == VK_ERROR_OUT_OF_HOST_MEMORY || result == VK_ERROR_OUT_OF_DEVICE_MEMORY)
    throw cvg::OutOfMemory(text);
  if (result == VK_ERROR_DEVICE_LOST) throw cvg::DeviceLost(text);
  throw std::runtime_error(text);
}

void Messages::add(const char* text) {
  const std::lock_guard lock(mutex_);
  if (count_++ == 0) first_ = text;
}

void Messages::throw_if_any() {
  const std::lock_guard lock(mutex_);
  if (count_ == 0) return;
  const auto text =
      "the validation layers said " + std::to_string(count_) + " things, the first: " + first_;
  count_ = 0;
  throw std::runtime_error(text);
}

Instance& instance(bool validated) {
  static Instance* made[2] = {};
  auto& mine = made[validated ? 1 : 0];
  if (!mine) mine = new Instance(make(validated));
  return *mine;
}

}  // namespace convgauge::backends::vulkan
