// Which memory each buffer of a plan is bound to, as driver and worker share it.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/buffer_role.hpp"
#include "core/describe.hpp"
#include "core/layers.hpp"
#include "worker/wire_parts.hpp"

namespace convgauge::worker {

/// Where a buffer lies: a window of whole pages in the arena, shared by driver and worker. The
/// buffer, with its overread_bytes behind it, ends at the window's end (placement end) or starts at
/// its start, as far as the alignment allows; the rest of the window, overread_bytes included, is
/// canary.
struct Region {
  std::uint64_t offset = 0, bytes = 0, alignment = 1;
  BufferRole role = BufferRole::src;
  std::uint64_t overread_bytes = 0;
};
template <class Walk, Is<Region> T>
void describe(Walk& walk, T& r) {
  walk("offset", r.offset);
  walk("bytes", r.bytes);
  walk("alignment", r.alignment);
  walk("role", r.role);
  walk("overread_bytes", r.overread_bytes);
}
inline std::string broken_rule(const Region& r) {
  return broken_layout(r);
}

enum class Placement { end, start };
}  // namespace convgauge::worker

namespace convgauge {
template <>
struct Words<worker::Placement> {
  static constexpr std::string_view what = "placement";
  static constexpr std::array<std::string_view, 2> words{"end", "start"};
};

}  // namespace convgauge

namespace convgauge::worker {

/// The buffers of one plan: regions, which region each requirement is bound to (-1: memory of one
/// of the backend's own kinds), and which regions are the host's tensors, by role (-1: there is
/// none).
struct Binding {
  std::vector<Region> regions;
  std::vector<std::int32_t> requirement_region;
  std::array<std::int32_t, kTensorCount> tensors{-1, -1, -1, -1, -1, -1, -1, -1};

  std::int32_t of(TensorRole role) const { return tensors[index_of(role)]; }
};
template <class Walk, Is<Binding> T>
void describe(Walk& walk, T& b) {
  walk("regions", b.regions);
  walk("requirement_region", b.requirement_region);
  walk("tensors", b.tensors);
}

}  // namespace convgauge::worker
