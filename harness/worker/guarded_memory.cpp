#include "worker/guarded_memory.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

#include "core/layers.hpp"
#include "worker/machine_trouble.hpp"
#include "worker/placement.hpp"

namespace convgauge::worker {
namespace {

/// The inaccessible bytes on each side. Address space costs nothing: wide enough that an access a
/// few rows or channels off still falls into them.
constexpr std::size_t kGuardBytes = std::size_t{4} << 20;

}  // namespace

GuardedMemory::Mapping GuardedMemory::map(int descriptor, const Region& region,
                                          Placement placement) {
  Mapping m;
  m.window_size = window_bytes(region);
  const auto alignment = std::max<std::uint64_t>(region.alignment, kPage);
  m.reserve_bytes = m.window_size + 2 * kGuardBytes + alignment;
  void* at = ::mmap(nullptr, m.reserve_bytes, PROT_NONE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (at == MAP_FAILED) throw MachineTrouble("mmap", errno);
  m.reserve = static_cast<std::byte*>(at);
  // The window starts at a multiple of the alignment, and its size is one too: both placements are
  // aligned.
  const auto start = round_up(reinterpret_cast<std::uint64_t>(m.reserve) + kGuardBytes, alignment);
  m.window = m.reserve + (start - reinterpret_cast<std::uint64_t>(m.reserve));
  // The driver has written all of it: with its pages mapped at once, no access has to ask for one.
  // (759 problems on the fft backend: 0.14 in place of 1.7 million page faults, a tenth of the CPU
  // time less.)
  at = ::mmap(m.window, m.window_size, PROT_READ | PROT_WRITE,
              MAP_SHARED | MAP_FIXED | MAP_POPULATE, descriptor, static_cast<off_t>(region.offset));
  if (at == MAP_FAILED) throw MachineTrouble("mmap", errno);
  m.data = m.window + offset_in_window(region, placement);
  return m;
}

GuardedMemory::GuardedMemory(int descriptor, const std::vector<Region>& regions,
                             Placement placement, CrashPage& page)
    : page_(page) {
  page_.range_count = 0;
  for (const auto& region : regions) {
    mappings_.push_back(map(descriptor, region, placement));
    const auto& m = mappings_.back();
    if (page_.range_count == page_.ranges.size()) continue;
    const auto number = [](const std::byte* p) { return reinterpret_cast<std::uint64_t>(p); };
    page_.ranges[page_.range_count++] = {number(m.reserve), number(m.reserve) + m.reserve_bytes,
                                         number(m.data), region.bytes,
                                         static_cast<std::int32_t>(region.role)};
  }
}

GuardedMemory::~GuardedMemory() {
  page_.range_count = 0;
  for (const auto& m : mappings_) ::munmap(m.reserve, m.reserve_bytes);
}

std::byte* GuardedMemory::bytes(std::int32_t region) const {
  return region < 0 ? nullptr : mappings_.at(static_cast<std::size_t>(region)).data;
}

void GuardedMemory::allow_writes(std::int32_t region, bool allowed) {
  if (region < 0) return;
  auto& m = mappings_.at(static_cast<std::size_t>(region));
  if (m.writable == allowed) return;
  m.writable = allowed;
  if (::mprotect(m.window, m.window_size, allowed ? PROT_READ | PROT_WRITE : PROT_READ) != 0)
    throw MachineTrouble("mprotect", errno);
}

}  // namespace convgauge::worker
