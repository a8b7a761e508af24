// Owned, aligned, uninitialised memory.
#pragma once
#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

namespace convgauge {

/// `bytes` of host memory, 64-byte aligned, contents undefined. Movable, not copyable. Throws
/// std::bad_alloc.
class Buffer {
 public:
  static constexpr std::size_t kAlignment = 64;

  Buffer() = default;
  explicit Buffer(std::size_t bytes) : bytes_(bytes) {
    const auto rounded = (bytes + kAlignment) / kAlignment * kAlignment;
    data_.reset(static_cast<std::byte*>(std::aligned_alloc(kAlignment, rounded)));
    if (!data_) throw std::bad_alloc();
    // Huge pages mean fewer page faults. madvise() is only a hint, so a failure is ignored.
    if (bytes >= std::size_t{32} << 20) {
      constexpr std::uintptr_t kPageSize = 4096;
      const auto begin =
          (reinterpret_cast<std::uintptr_t>(data_.get()) + kPageSize - 1) / kPageSize * kPageSize;
      (void)::madvise(reinterpret_cast<void*>(begin), bytes - kPageSize, MADV_HUGEPAGE);
    }
  }
  std::byte* data() { return data_.get(); }
  const std::byte* data() const { return data_.get(); }
  std::size_t bytes() const { return bytes_; }
  template <class T>
  T* as() {
    return reinterpret_cast<T*>(data_.get());
  }
  template <class T>
  const T* as() const {
    return reinterpret_cast<const T*>(data_.get());
  }

 private:
  struct Free {
    void operator()(std::byte* p) const { std::free(p); }
  };
  std::unique_ptr<std::byte[], Free> data_;
  std::size_t bytes_ = 0;
};

}  // namespace convgauge
