// Memory of a backend's own kinds, obtained through its own functions, with a guard behind it that is checked.
#pragma once
#include <cstddef>
#include <string>

#include "plugin/backend.hpp"

namespace convgauge {

/// One allocation of a device's memory; `bytes` poisoned, followed by guard bytes. [main]
class DeviceBuffer {
 public:
  /// An answer that fails names the call and what the plugin said.
  static Answer<DeviceBuffer> allocate(const cvg_backend* table, int device, const Requirement& requirement);
  DeviceBuffer(DeviceBuffer&& other) noexcept;
  DeviceBuffer& operator=(DeviceBuffer&&) = delete;
  ~DeviceBuffer();
  void* address() const { return address_; }
  Answer<void> poison();
  /// Whether the guard is as it was laid; a failure names the role.
  Answer<bool> guard_untouched() const;

 private:
  DeviceBuffer(const cvg_backend* table, int device, const Requirement& r)
      : table_(table), device_(device), requirement_(r) {}
  const cvg_backend* table_;
  int device_;
  Requirement requirement_;
  void* address_ = nullptr;
};

}  // namespace convgauge
