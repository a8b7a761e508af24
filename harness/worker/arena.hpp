// The memory that driver and worker share: one memfd per worker, sealed against shrinking, cut into
// windows.
#pragma once
#include <cstddef>
#include <cstdint>

#include "core/layers.hpp"
#include "core/poison.hpp"
#include "worker/descriptor.hpp"
#include "worker/placement.hpp"

namespace convgauge::worker {

/// Memory without a name that two processes can map, empty; nobody can shrink it, or change what is
/// allowed with it: a process that shrank it would kill all others that map it with SIGBUS. Throws
/// MachineTrouble.
Descriptor shared_memory(const char* name);

/// The driver's side. [one thread]
class Arena {
 public:
  Arena();  // throws MachineTrouble, as reserve() does
  Arena(Arena&& other) noexcept;
  Arena& operator=(Arena&&) = delete;
  ~Arena();

  /// Starts a new layout: all earlier regions become invalid.
  void clear() { used_ = 0; }
  /// As clear(), and gives all pages but the first 16 MiB back to the system.
  void release();
  /// For windows that lie over each other: where the next would begin, and going back to there.
  std::uint64_t used() const { return used_; }
  void go_to(std::uint64_t used) { used_ = used; }
  /// Reserves a window for a buffer; the memory grows as needed. Pointers obtained before are
  /// invalid. Throws std::bad_alloc.
  Region reserve(std::uint64_t bytes, std::uint64_t alignment, BufferRole role,
                 std::uint64_t overread_bytes = 0);
  /// The whole window of a region, and its bytes under a placement.
  std::byte* window(const Region& region) { return base_ + region.offset; }
  std::byte* bytes(const Region& region, Placement placement) {
    return window(region) + offset_in_window(region, placement);
  }
  int descriptor() const { return descriptor_.get(); }

 private:
  void grow(std::uint64_t size);
  Descriptor descriptor_;
  std::byte* base_ = nullptr;
  std::uint64_t size_ = 0, used_ = 0;
};

/// The byte at a distance from a buffer's start in the rest of its window, which a plugin must not
/// change.
constexpr std::byte canary_at(std::int64_t distance) {
  return poison_byte(Poisoned::outside, distance);
}
/// Fills a window with canary bytes, except for the buffer.
void lay_canary(std::byte* window, const Region& region, Placement placement);
/// What touched_canary() returns where no canary byte was changed.
inline constexpr std::int64_t kUntouched = INT64_MIN;
/// The changed canary byte that is nearest to the buffer: before it, if there is one, else behind
/// it. Its distance from the start of the buffer (negative) or from its end (0 is the first byte
/// past it).
std::int64_t touched_canary(const std::byte* window, const Region& region, Placement placement);

}  // namespace convgauge::worker
