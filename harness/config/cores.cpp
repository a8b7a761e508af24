#include "config/cores.hpp"

#include <sched.h>

#include <fstream>
#include <set>
#include <string>

#include "config/suite.hpp"

namespace convgauge {
namespace {

/// Linux kernel: Documentation/admin-guide/cputopology.rst. Siblings list the hardware threads of
/// one core ("0,4").
std::string siblings(int processor, const std::filesystem::path& sysfs) {
  std::ifstream in(sysfs / ("cpu" + std::to_string(processor)) / "topology/thread_siblings_list");
  std::string list;
  return std::getline(in, list) ? list : "processor " + std::to_string(processor);
}

/// The mask of this process. Machines with more processors than fit in the usual set get a larger
/// one.
std::vector<int> allowed_processors() {
  for (std::size_t count = CPU_SETSIZE; count <= (std::size_t{1} << 20); count *= 2) {
    std::vector<cpu_set_t> set(CPU_ALLOC_SIZE(count) / sizeof(cpu_set_t) + 1);
    const auto bytes = set.size() * sizeof(cpu_set_t);
    if (sched_getaffinity(0, bytes, set.data()) != 0) continue;
    std::vector<int> processors;
    for (std::size_t i = 0; i < 8 * bytes; ++i)
      if (CPU_ISSET_S(i, bytes, set.data())) processors.push_back(static_cast<int>(i));
    return processors;
  }
  return {};
}

}  // namespace

int count_cores(const std::vector<int>& processors, const std::filesystem::path& sysfs) {
  std::set<std::string> cores;
  for (const int processor : processors) cores.insert(siblings(processor, sysfs));
  return cores.empty() ? 1 : static_cast<int>(cores.size());
}

int physical_cores() {
  return count_cores(allowed_processors(), "/sys/devices/system/cpu");
}

}  // namespace convgauge
