// The Vulkan loader, an instance of it with or without the validation layers, and what these say.
#pragma once
#define VK_NO_PROTOTYPES
#include <volk.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace convgauge::backends::vulkan {

/// Throws what a VkResult other than VK_SUCCESS means: cvg::OutOfMemory, cvg::DeviceLost or
/// std::runtime_error, each naming the call.
void check(VkResult result, const char* call);

/// What the validation layers said since it was last asked. The layers call from any thread.
class Messages {
 public:
  void add(const char* text);
  /// Throws std::runtime_error with the first message and their number, if there is any; then there
  /// is none.
  void throw_if_any();

 private:
  std::mutex mutex_;
  std::string first_;
  std::int64_t count_ = 0;
};

struct Instance {
  VkInstance handle = VK_NULL_HANDLE;
  std::vector<VkPhysicalDevice> devices{};  // that can be used, in the loader's order
  std::unique_ptr<Messages> messages{};     // null without validation
};

/// The process's only instance of its kind, made at the first call and never destroyed: drivers
/// have threads of their own, which do not survive being torn down while a library is unloaded.
/// Throws cvg::Refused to say why there is no loader, no driver, or no device that fits. [main]
Instance& instance(bool validated);

}  // namespace convgauge::backends::vulkan
