// Memory of a backend's own kinds, obtained through its own functions, with guards on both sides
// that are checked.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

#include "plugin/backend.hpp"

namespace convgauge {

/// One allocation of a device's memory: guard bytes, `bytes` poisoned, guard bytes. [main]
class DeviceBuffer {
 public:
  enum class Guard { whole, broken_before, broken_behind };

  /// An answer that fails names the call and what the plugin said; too little memory is a refusal.
  static Answer<DeviceBuffer> allocate(const cvg_backend* table, int device,
                                       const Requirement& requirement);
  DeviceBuffer(DeviceBuffer&& other) noexcept;
  DeviceBuffer& operator=(DeviceBuffer&&) = delete;
  ~DeviceBuffer();
  /// Of the first byte between the guards: what is bound.
  void* address() const { return static_cast<std::byte*>(start_) + front_bytes_; }
  /// Every byte 0xFF.
  Answer<void> poison();
  /// Every element, of `size` bytes, has these bits.
  Answer<void> fill_elements(std::uint64_t bits, std::size_t size);
  /// Whether the guards are as they were laid.
  Answer<Guard> guard() const;
  /// A number that changes when the contents do.
  Answer<std::uint64_t> digest() const;

 private:
  DeviceBuffer(const cvg_backend* table, int device, const Requirement& r);
  Answer<void> fill(std::size_t offset, int byte, std::size_t bytes);
  Answer<void> read(std::size_t offset, void* to, std::size_t bytes) const;
  const cvg_backend* table_;
  int device_;
  Requirement requirement_;
  std::size_t front_bytes_;  // of the first guard: a multiple of the alignment
  void* start_ = nullptr;
};

}  // namespace convgauge
