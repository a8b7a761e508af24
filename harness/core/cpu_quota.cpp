#include "core/cpu_quota.hpp"

#include <algorithm>
#include <fstream>

#include "core/control_groups.hpp"
#include "core/processors.hpp"

namespace convgauge {
namespace {

namespace fs = std::filesystem;

/// "max 100000" and -1 mean that there is no quota.
std::optional<CpuQuota> quota_of(const ControlGroup& group) {
  const auto file = group.folder / (group.first_version ? "cpu.cfs_quota_us" : "cpu.max");
  std::ifstream in(file);
  double quota = 0, period = 0;
  if (!(in >> quota)) return std::nullopt;
  if (group.first_version) in = std::ifstream(group.folder / "cpu.cfs_period_us");
  if (!(in >> period) || quota <= 0 || period <= 0) return std::nullopt;
  return CpuQuota{quota / period, file.string()};
}

double throttled_ns(const fs::path& stat) {
  std::ifstream in(stat);
  std::string key;
  for (double value = 0; in >> key >> value;) {
    if (key == "throttled_usec") return value * 1e3;
    if (key == "throttled_time") return value;
  }
  return 0;
}

}  // namespace

std::optional<CpuQuota> cpu_quota(const fs::path& root) {
  std::optional<CpuQuota> least;
  for (const auto& group : control_groups("cpu", root))
    if (auto quota = quota_of(group); quota && (!least || quota->processors < least->processors))
      least = std::move(quota);
  return least;
}

Throttling::Throttling(const fs::path& root) {
  for (const auto& group : control_groups("cpu", root))
    if (quota_of(group)) files_.push_back(group.folder / "cpu.stat");
}

std::vector<double> Throttling::read_ns() const {
  std::vector<double> all;
  for (const auto& file : files_) all.push_back(throttled_ns(file));
  return all;
}

int unthrottled_cores() {
  const int cores = physical_cores();
  const auto quota = cpu_quota();
  return quota ? std::clamp(static_cast<int>(quota->processors), 1, cores) : cores;
}

}  // namespace convgauge
