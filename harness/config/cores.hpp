// How many cores a process may keep busy: hardware threads of one core count once.
#pragma once
#include <filesystem>
#include <vector>

namespace convgauge {

/// Distinct physical cores among `processors`, as `sysfs`/cpuN/topology tells; a processor that it
/// does not describe counts as a core. At least 1.
int count_cores(const std::vector<int>& processors, const std::filesystem::path& sysfs);

}  // namespace convgauge
