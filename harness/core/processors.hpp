// Which processors this process may use, which of them share a core or a last-level cache, and how
// large the caches are.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace convgauge {

/// One logical processor. Two with the same package and core are siblings of one physical core.
struct Processor {
  int index = 0, package = 0, core = 0;
  int cache_group = 0;  // the lowest processor that shares its last-level cache
  bool operator==(const Processor&) const = default;
};

/// Sizes of one cache of each level, data or unified; 0: none, or unknown.
struct CacheSizes {
  std::int64_t l1_bytes = 0, l2_bytes = 0, l3_bytes = 0;
  bool operator==(const CacheSizes&) const = default;
};

struct Topology {
  std::vector<Processor> processors;  // in ascending order
  CacheSizes caches;                  // of the first processor
  bool operator==(const Topology&) const = default;
};

/// The processors that the calling thread may run on; at least one. Read by hwloc where the build
/// has it, else from sysfs.
Topology read_topology();

int physical_cores(std::span<const Processor> processors);
/// The number of cores of read_topology(): at least 1.
int physical_cores();

/// One processor of every core first, then their siblings: thread i is pinned to element i.
std::vector<Processor> spread(std::vector<Processor> processors);

}  // namespace convgauge
