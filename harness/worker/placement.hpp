// Where in its window a buffer lies, computed alike by driver and worker.
#pragma once
#include "core/layers.hpp"
#include "worker/binding.hpp"

namespace convgauge::worker {

inline constexpr std::uint64_t kPage = 4096;

constexpr std::uint64_t round_up(std::uint64_t value, std::uint64_t step) {
  return (value + step - 1) / step * step;
}

/// The size of a window: whole pages that hold the bytes with their end (or start) on a page
/// boundary; at least one page.
constexpr std::uint64_t window_bytes(std::uint64_t bytes, std::uint64_t alignment) {
  const auto padded = round_up(round_up(bytes, alignment), kPage);
  return padded > 0 ? padded : kPage;
}

/// The offset of the buffer's first byte from the window's start. At placement end, buffer and
/// window end together except for the slack that the alignment forces (less than `alignment` bytes,
/// canary).
constexpr std::uint64_t offset_in_window(const Region& r, Placement placement) {
  return placement == Placement::start
             ? 0
             : window_bytes(r.bytes, r.alignment) - round_up(r.bytes, r.alignment);
}

}  // namespace convgauge::worker
