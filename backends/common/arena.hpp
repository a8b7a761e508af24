// Carves aligned pieces out of one buffer. The same calls on no buffer count its bytes, so that
// what is announced and what is used cannot differ.
#pragma once
#include <cstddef>
#include <cstdint>

namespace convgauge::backends {

class Arena {
 public:
  // A cache line; the buffer itself must be aligned so.
  static constexpr std::size_t kAlignment = 64;

  /// `base` may be null: then take() gives null, and bytes() tells what it would have needed.
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
