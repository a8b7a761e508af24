#include "core/processors.hpp"

#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/sysfs_topology.hpp"
#ifdef CONVGAUGE_HAS_HWLOC
#include "core/hwloc_topology.hpp"
#endif

namespace convgauge {
namespace {

Topology topology_here() {
#ifdef CONVGAUGE_HAS_HWLOC
  if (auto topology = topology_by_hwloc(); !topology.processors.empty()) return topology;
#endif
  return topology_by_sysfs(kProcessorFolder, allowed_processors());
}

std::int64_t sysconf_bytes(int name) {
  return std::max<std::int64_t>(0, sysconf(name));
}

}  // namespace

Topology read_topology() {
  auto topology = topology_here();
  if (topology.caches == CacheSizes{})  // a container without sysfs: the C library uses cpuid
    topology.caches = {sysconf_bytes(_SC_LEVEL1_DCACHE_SIZE), sysconf_bytes(_SC_LEVEL2_CACHE_SIZE),
                       sysconf_bytes(_SC_LEVEL3_CACHE_SIZE)};
  return topology;
}

int physical_cores(std::span<const Processor> processors) {
  std::set<std::pair<int, int>> cores;
  for (const auto& p : processors) cores.emplace(p.package, p.core);
  return static_cast<int>(cores.size());
}

int physical_cores() {
  return physical_cores(read_topology().processors);
}

std::vector<Processor> spread(std::vector<Processor> processors) {
  std::map<std::pair<int, int>, int> used;
  std::vector<std::pair<int, Processor>> by_turn;
  for (const auto& p : processors) by_turn.emplace_back(used[{p.package, p.core}]++, p);
  std::stable_sort(by_turn.begin(), by_turn.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::transform(by_turn.begin(), by_turn.end(), processors.begin(),
                 [](const auto& turn) { return turn.second; });
  return processors;
}

}  // namespace convgauge
