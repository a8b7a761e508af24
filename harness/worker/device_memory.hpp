// Memory of a backend's own kinds, allocated by the backend's functions, with guards on both sides
// that are checked.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/layers.hpp"
#include "plugin/backend.hpp"

namespace convgauge::worker {

/// One allocation of device memory: guard bytes, `bytes` poisoned, the overread_bytes poisoned too
/// and guarded, guard bytes. [main]
class DeviceBuffer {
 public:
  enum class Guard { whole, broken_before, broken_behind };

  /// Failed names the call and what the plugin said; Refused where the device has too little
  /// memory.
  static Answer<DeviceBuffer> allocate(const cvg_backend* table, int device,
                                       const Requirement& requirement);
  DeviceBuffer(DeviceBuffer&& other) noexcept;
  DeviceBuffer& operator=(DeviceBuffer&&) = delete;
  ~DeviceBuffer();
  /// The address of the first byte between the guards: this is bound.
  void* address() const { return static_cast<std::byte*>(start_) + front_bytes_; }
  /// Sets every byte to 0xFF.
  Answer<void> poison();
  /// Sets every element, of `size` bytes, to these bits.
  Answer<void> fill_elements(std::uint64_t bits, std::size_t size);
  Answer<std::vector<unsigned char>> contents() const;
  /// `bytes`: as many as it has.
  Answer<void> write(const std::vector<unsigned char>& bytes);
  /// Whether the guard bytes are unchanged.
  Answer<Guard> guard() const;
  /// A hash of the contents.
  Answer<std::uint64_t> digest() const;

 private:
  DeviceBuffer(const cvg_backend* table, int device, const Requirement& r);
  /// Where the requirement's bytes end.
  std::size_t behind() const { return front_bytes_ + requirement_.bytes; }
  Answer<void> fill(std::size_t offset, int byte, std::size_t bytes);
  Answer<void> read(std::size_t offset, void* to, std::size_t bytes) const;
  const cvg_backend* table_;
  int device_;
  Requirement requirement_;
  std::size_t front_bytes_;  // of the first guard: a multiple of the alignment
  void* start_ = nullptr;
};

}  // namespace convgauge::worker
