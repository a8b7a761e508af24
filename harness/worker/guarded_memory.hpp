// The worker's side of the arena: each buffer between inaccessible pages, inputs read-only while
// the plugin runs.
#pragma once
#include <cstddef>
#include <vector>

#include "core/layers.hpp"
#include "worker/binding.hpp"
#include "worker/crash_box.hpp"

namespace convgauge::worker {

/// The mapped regions of one binding. Registers its ranges in the crash page, and removes them when
/// destroyed. [main]
class GuardedMemory {
 public:
  /// Maps every region of the arena behind `descriptor`. Throws MachineTrouble.
  GuardedMemory(int descriptor, const std::vector<Region>& regions, Placement placement,
                CrashPage& page);
  GuardedMemory(const GuardedMemory&) = delete;
  GuardedMemory& operator=(const GuardedMemory&) = delete;
  ~GuardedMemory();

  std::byte* bytes(std::int32_t region) const;
  /// Sets whether the plugin may write the region from now on.
  void allow_writes(std::int32_t region, bool allowed);

 private:
  struct Mapping {
    std::byte* reserve = nullptr;
    std::size_t reserve_bytes = 0;
    std::byte* window = nullptr;
    std::size_t window_size = 0;
    std::byte* data = nullptr;
    bool writable = true;  // as this class last set it
  };
  static Mapping map(int descriptor, const Region& region, Placement placement);
  std::vector<Mapping> mappings_;
  CrashPage& page_;
};

}  // namespace convgauge::worker
