// How much CPU time the control groups of this process allow it.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace convgauge {

struct CpuQuota {
  double processors = 0;  // 0.5: half of one processor's time
  std::string file;       // that says so
  bool operator==(const CpuQuota&) const = default;
};

/// The least quota of this process's group and its ancestors: version 2, cpu.max; version 1,
/// cpu.cfs_quota_us over cpu.cfs_period_us (Linux, Documentation/admin-guide/cgroup-v2.rst, and
/// scheduler/sched-bwc.rst). Empty where there is none. `root`: the folder that holds proc and sys.
/// [any thread]
std::optional<CpuQuota> cpu_quota(const std::filesystem::path& root = "/");

/// How long those groups have been kept from running because their quota was used up.
class Throttling {
 public:
  /// Looks up the groups that have a quota.
  explicit Throttling(const std::filesystem::path& root = "/");
  /// Nanoseconds, of each group that has a quota, since it was made, summed over its processors
  /// (throttled_usec in cpu.stat; version 1: throttled_time, in ns). Empty where none has a quota.
  std::vector<double> read_ns() const;

 private:
  std::vector<std::filesystem::path> files_;
};

/// How many threads can run without being throttled: physical_cores(), or the whole processors of
/// the quota where that is less. At least 1.
int unthrottled_cores();

}  // namespace convgauge
