// Which processors this process may use, which of them share a core or a last-level cache, and how
// large the caches are.
#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

namespace convgauge {

/// One logical processor. Two with the same package and core are siblings of one physical core.
struct Processor {
  int index = 0, package = 0, core = 0;
  int cache_group = 0;  // the lowest processor that shares its last-level cache
  bool operator==(const Processor&) const = default;
};

struct CacheSizes {
  std::int64_t l1_bytes = 0, l2_bytes = 0,
               l3_bytes = 0;  // data or unified, of one instance; 0: none or not told
  bool operator==(const CacheSizes&) const = default;
};

/// The affinity mask of the calling thread.
std::vector<int> allowed_processors();

/// `sysfs`: the folder that holds cpu0, cpu1, ... A processor that it does not describe is a core
/// of its own.
std::vector<Processor> read_processors(const std::filesystem::path& sysfs,
                                       std::span<const int> allowed);
CacheSizes read_caches(const std::filesystem::path& sysfs, int processor);

int physical_cores(std::span<const Processor> processors);

/// One processor of every core first, then their siblings: what thread 0, 1, ... is pinned to.
std::vector<Processor> spread(std::vector<Processor> processors);

/// "32768K", "1M", "64": bytes; 0 if it is no size.
std::int64_t parse_size(std::string_view text);

inline const std::filesystem::path kProcessorFolder = "/sys/devices/system/cpu";

}  // namespace convgauge
