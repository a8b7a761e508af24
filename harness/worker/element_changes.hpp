// A source that is another one in each execution: before each, one element takes another value. No
// result of an earlier execution is then right, whatever a plugin keeps it by, and it costs two
// stores. The driver knows the same changes by their seed.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "core/layers.hpp"
#include "core/split_mix.hpp"

namespace convgauge::worker {

inline constexpr std::size_t kChangeValues = 8;

/// Which element of `count` takes which of the kChangeValues values in execution `number`.
struct PlannedChange {
  std::int64_t index = 0;
  std::size_t value = 0;
};
inline PlannedChange planned_change(std::uint64_t seed, std::int64_t number, std::int64_t count) {
  const auto bits = mixed(seed + static_cast<std::uint64_t>(number) * kGolden);
  // bits / 2^64 of count: one multiplication, which a short execution does not notice.
  __extension__ using Wide = unsigned __int128;
  return {static_cast<std::int64_t>((Wide{bits} * static_cast<std::uint64_t>(count)) >> 64),
          static_cast<std::size_t>(bits % kChangeValues)};
}

/// [main]
class ElementChanges {
 public:
  /// `count` elements of `bytes` bytes (2, 4 or 8) in each tensor; `values`: the bits of the
  /// values.
  ElementChanges(std::uint64_t seed, std::int64_t count, std::size_t bytes,
                 const std::array<std::uint64_t, kChangeValues>& values)
      : seed_(seed), count_(count), bytes_(bytes), values_(values) {}

  /// Puts the element that was changed back, and changes the next one, in `tensor`.
  void next(std::byte* tensor) {
    restore();
    const auto change = planned_change(seed_, ++number_, count_);
    at_ = tensor + static_cast<std::size_t>(change.index) * bytes_;
    copy(&before_, at_);
    copy(at_, &values_[change.value]);
  }
  void restore() {
    if (at_) copy(at_, &before_);
    at_ = nullptr;
  }
  /// The number of the change that is in place; -1: none.
  std::int64_t number() const { return at_ ? number_ : -1; }

 private:
  /// One load and one store: the values lie at the start of their words (little-endian).
  void copy(void* to, const void* from) const {
    if (bytes_ == 4)
      std::memcpy(to, from, 4);
    else if (bytes_ == 2)
      std::memcpy(to, from, 2);
    else
      std::memcpy(to, from, 8);
  }

  std::uint64_t seed_;
  std::int64_t count_, number_ = -1;
  std::size_t bytes_;
  std::array<std::uint64_t, kChangeValues> values_;
  std::byte* at_ = nullptr;
  std::uint64_t before_ = 0;
};

}  // namespace convgauge::worker
