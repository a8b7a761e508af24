// The Vulkan loader, an instance with or without the validation layers, and the messages of these.
#pragma once
#define VK_NO_PROTOTYPES
#include <volk.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace convgauge::backends::vulkan {

/// Throws for any VkResult but VK_SUCCESS: cvg::OutOfMemory, cvg::DeviceLost or std::runtime_error.
/// The message names the call.
void check(VkResult result, const char* call);

/// The messages of the validation layers since the last throw_if_any(). The layers call add() from
/// any thread.
class Messages {
 public:
  void add(const char* text);
  /// If there are messages: throws std::runtime_error with their number and the first of them, and
  /// forgets them.
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

/// The process's only instance with, or without, the validation layers. It is made at the first
/// call and never destroyed: drivers have threads of their own, and destroying those while a
/// library is unloaded crashes. Throws cvg::Refused, with the reason, where there is no loader, no
/// driver, or no suitable device. [main]
Instance& instance(bool validated);

}  // namespace convgauge::backends::vulkan
