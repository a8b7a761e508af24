// Reads sysfs and the affinity mask.
#include "core/sysfs_topology.hpp"

#include <sched.h>

#include <cerrno>
#include <charconv>
#include <memory>
#include <optional>
#include <string>

#include "core/files.hpp"

namespace convgauge {
namespace {

/// The number at the start of "7", "0-3,8-11" or "0,4".
std::optional<int> leading_number(std::string_view text) {
  int value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  return code == std::errc{} ? std::optional(value) : std::nullopt;
}

std::filesystem::path folder_of(const std::filesystem::path& sysfs, int processor) {
  return sysfs / ("cpu" + std::to_string(processor));
}

/// Calls `visit(level, folder)` for each data or unified cache of a processor.
template <class Visit>
void for_each_cache(const std::filesystem::path& sysfs, int processor, Visit visit) {
  for (int index = 0;; ++index) {
    const auto cache = folder_of(sysfs, processor) / "cache" / ("index" + std::to_string(index));
    const auto level = leading_number(first_line(cache / "level"));
    if (!level) return;
    if (first_line(cache / "type") != "Instruction") visit(*level, cache);
  }
}

int last_level_group(const std::filesystem::path& sysfs, int processor) {
  int highest = 0, group = processor;
  for_each_cache(sysfs, processor, [&](int level, const std::filesystem::path& cache) {
    if (level <= highest) return;
    highest = level;
    group = leading_number(first_line(cache / "shared_cpu_list")).value_or(processor);
  });
  return group;
}

Processor processor_of(const std::filesystem::path& sysfs, int index) {
  const auto topology = folder_of(sysfs, index) / "topology";
  const auto package = leading_number(first_line(topology / "physical_package_id"));
  const auto core = leading_number(first_line(topology / "core_id"));
  // No core_id: the processor is a core of its own, in package -1, which no real package has.
  return {.index = index,
          .package = core ? package.value_or(0) : -1,
          .core = core.value_or(index),
          .cache_group = last_level_group(sysfs, index)};
}

CacheSizes read_caches(const std::filesystem::path& sysfs, int processor) {
  CacheSizes sizes;
  for_each_cache(sysfs, processor, [&](int level, const std::filesystem::path& cache) {
    const auto bytes = parse_size(first_line(cache / "size"));
    if (level == 1) sizes.l1_bytes = bytes;
    if (level == 2) sizes.l2_bytes = bytes;
    if (level == 3) sizes.l3_bytes = bytes;
  });
  return sizes;
}

}  // namespace

std::vector<int> allowed_processors() {
  // The kernel's mask may be larger than the type of the C library.
  for (std::size_t capacity = CPU_SETSIZE;; capacity *= 2) {
    const std::unique_ptr<cpu_set_t, void (*)(cpu_set_t*)> set(CPU_ALLOC(capacity),
                                                               [](cpu_set_t* s) { CPU_FREE(s); });
    const auto bytes = CPU_ALLOC_SIZE(capacity);
    if (sched_getaffinity(0, bytes, set.get()) != 0) {
      if (errno == EINVAL && capacity < (1u << 20)) continue;
      return {0};
    }
    std::vector<int> allowed;
    for (std::size_t i = 0; i < capacity; ++i)
      if (CPU_ISSET_S(i, bytes, set.get())) allowed.push_back(static_cast<int>(i));
    return allowed;
  }
}

Topology topology_by_sysfs(const std::filesystem::path& sysfs, std::span<const int> allowed) {
  Topology topology;
  for (const int index : allowed) topology.processors.push_back(processor_of(sysfs, index));
  topology.caches = read_caches(sysfs, allowed.front());
  return topology;
}

std::int64_t parse_size(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc{} || value < 0) return 0;
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (unit.empty()) return value;
  if (unit == "K") return value << 10;
  if (unit == "M") return value << 20;
  if (unit == "G") return value << 30;
  return 0;
}

}  // namespace convgauge
