// Where in its window a buffer lies, computed alike by driver and worker.
#pragma once
#include "core/layers.hpp"
#include "worker/binding.hpp"

namespace convgauge::worker {

inline constexpr std::uint64_t kPage = 4096;

constexpr std::uint64_t round_up(std::uint64_t value, std::uint64_t step) {
  return (value + step - 1) / step * step;
}

/// The bytes of a buffer and those behind it that may be read, with the slack that the alignment
/// forces (less than `alignment` bytes).
constexpr std::uint64_t readable_bytes(const Region& r) {
  return round_up(r.bytes + r.overread_bytes, r.alignment);
}

/// The size of a window: whole pages that hold the readable bytes with their end (or start) on a
/// page boundary; at least one page.
constexpr std::uint64_t window_bytes(const Region& r) {
  const auto padded = round_up(readable_bytes(r), kPage);
  return padded > 0 ? padded : kPage;
}

/// The offset of the buffer's first byte from the window's start. At placement end, the readable
/// bytes and the window end together.
constexpr std::uint64_t offset_in_window(const Region& r, Placement placement) {
  return placement == Placement::start ? 0 : window_bytes(r) - readable_bytes(r);
}

}  // namespace convgauge::worker
