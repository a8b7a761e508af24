// How much memory this process may still take, and how often the system has killed for want of it.
#pragma once
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>

namespace convgauge {

/// Bytes that can still be taken, and what limits them, in words: "this machine's memory", "the
/// control group's limit, /sys/fs/cgroup/job/memory.max". Infinite where nothing tells.
struct MemoryRoom {
  double bytes = std::numeric_limits<double>::infinity();
  std::string limit;
};

/// The least of: MemAvailable of /proc/meminfo; for this process's memory control group and each of
/// its ancestors, the limit (version 2: memory.max and memory.high; version 1:
/// memory.limit_in_bytes) minus its usage without the pages of files, which the system can take
/// back (Linux, Documentation/admin-guide/cgroup-v2.rst, and cgroup-v1/memory.rst); RLIMIT_AS minus
/// the size of the address space; RLIMIT_DATA minus the size of the data. Never below 0. `root`:
/// the folder that holds proc and sys. The resource limits are this process's own. [any thread]
MemoryRoom memory_room(const std::filesystem::path& root = "/");

/// How many processes of this one's control group the system has killed because memory ran out
/// (oom_kill in memory.events, or in version 1's memory.oom_control); of the whole machine where
/// the group does not tell (/proc/vmstat). Empty where neither does. [any thread]
std::optional<std::int64_t> out_of_memory_kills(const std::filesystem::path& root = "/");

}  // namespace convgauge
