// Memory of a backend's own kinds, obtained through its own functions, with a guard behind it that is checked.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "plugin/backend.hpp"

namespace convgauge {

/// One allocation of a device's memory; `bytes` poisoned, followed by guard bytes. [main]
class DeviceBuffer {
 public:
  /// An answer that fails names the call and what the plugin said; too little memory is a refusal.
  static Answer<DeviceBuffer> allocate(const cvg_backend* table, int device, const Requirement& requirement);
  DeviceBuffer(DeviceBuffer&& other) noexcept;
  DeviceBuffer& operator=(DeviceBuffer&&) = delete;
  ~DeviceBuffer();
  void* address() const { return address_; }
  /// Every byte 0xFF, and the guard laid anew.
  Answer<void> poison();
  /// Every element, of `size` bytes, has these bits.
  Answer<void> fill_elements(std::uint64_t bits, std::size_t size);
  Answer<std::vector<unsigned char>> read() const;
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
