// The topology from Linux's sysfs and the affinity mask: for builds without hwloc.
#pragma once
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "core/processors.hpp"

namespace convgauge {

inline const std::filesystem::path kProcessorFolder = "/sys/devices/system/cpu";

/// The affinity mask of the calling thread; {0} where the system does not give it.
std::vector<int> allowed_processors();

/// `sysfs`: the folder that holds cpu0, cpu1, ... (Linux kernel: Documentation/admin-guide/
/// cputopology.rst). A processor that it does not describe is a core of its own. `allowed` is not
/// empty.
Topology topology_by_sysfs(const std::filesystem::path& sysfs, std::span<const int> allowed);

/// "32768K", "1M", "64" in bytes; 0 if the text is not a size.
std::int64_t parse_size(std::string_view text);

}  // namespace convgauge
