// read_machine(): fills one field after the other.
#include "run/machine/machine.hpp"

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "core/cpu_quota.hpp"
#include "core/layers.hpp"
#include "core/processors.hpp"
#include "run/machine/cpuinfo.hpp"

namespace convgauge::run {
namespace {

std::string contents(const char* file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// PRETTY_NAME="Debian GNU/Linux 12 (bookworm)" of os-release(5), without its quotes; empty if
/// there is none.
std::string distribution() {
  constexpr std::string_view kKey = "PRETTY_NAME=";
  std::ifstream in("/etc/os-release");
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with(kKey)) continue;
    line.erase(0, kKey.size());
    std::erase(line, '"');
    return line;
  }
  return {};
}

std::string system_name(const utsname& name) {
  const auto os = distribution();
  return fmt::format("{}{}{} {} {}", os, os.empty() ? "" : ", ", name.sysname, name.release,
                     name.machine);
}

/// FNV-1a, 64 bits: tells machines apart in a published file without naming them.
std::string hash(std::string_view text) {
  std::uint64_t value = 0xcbf29ce484222325u;
  for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return fmt::format("{:016x}", value);
}

/// The shortest of a few batches, since an interruption only lengthens one.
double clock_read_cost_ns() {
  using Clock = std::chrono::steady_clock;
  constexpr int kReads = 1000, kBatches = 20;
  auto best = Clock::duration::max();
  for (int batch = 0; batch < kBatches; ++batch) {
    const auto start = Clock::now();
    auto end = start;
    for (int i = 0; i < kReads; ++i) end = Clock::now();
    best = std::min(best, end - start);
  }
  return std::chrono::duration<double, std::nano>(best).count() / kReads;
}

}  // namespace

Machine read_machine() {
  Machine machine;
  const auto cpuinfo = contents("/proc/cpuinfo");
  utsname name{};
  uname(&name);
  const auto [processors, caches] = read_topology();
  machine.processor = processor_name(cpuinfo);
  machine.instruction_sets = instruction_sets(cpuinfo);
  machine.system = system_name(name);
  machine.hostname_hash = hash(name.nodename);
  machine.cores = static_cast<int>(processors.size());
  machine.physical_cores = physical_cores(processors);
  machine.l1_bytes = caches.l1_bytes;
  machine.l2_bytes = caches.l2_bytes;
  machine.l3_bytes = caches.l3_bytes;
  machine.memory_bytes = static_cast<std::int64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE);
  machine.clock_read_ns = clock_read_cost_ns();
  if (auto quota = cpu_quota()) {
    machine.cpu_quota = quota->processors;
    machine.cpu_quota_file = std::move(quota->file);
  }
  if (double load = 0; getloadavg(&load, 1) == 1) machine.load_average = load;
  return machine;
}

}  // namespace convgauge::run
