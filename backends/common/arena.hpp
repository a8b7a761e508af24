// Divides one buffer into aligned pieces. The same calls without a buffer only count the bytes that
// they need, so that the size that is announced and the size that is used cannot differ.
#pragma once
#include <cstddef>
#include <cstdint>

namespace convgauge::backends {

class Arena {
 public:
  // A cache line, in bytes. The buffer itself must have this alignment.
  static constexpr std::size_t kAlignment = 64;

  /// `base` may be null: then take() returns null, and bytes() returns what the calls would need.
  explicit Arena(void* base) : base_(static_cast<unsigned char*>(base)) {}

  /// `count` elements, uninitialised, at a multiple of kAlignment.
  template <class T>
  T* take(std::int64_t count) {
    auto* piece = base_ ? base_ + bytes_ : nullptr;
    const auto wanted = static_cast<std::size_t>(count) * sizeof(T);
    bytes_ += (wanted + kAlignment - 1) / kAlignment * kAlignment;
    return reinterpret_cast<T*>(piece);
  }

  std::size_t bytes() const { return bytes_; }

 private:
  unsigned char* base_;
  std::size_t bytes_ = 0;
};

}  // namespace convgauge::backends
