// /proc/self/task/*/schedstat and /proc/stat, as sums.
#include "worker/sample_load.hpp"

#include <sched.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include "core/cpu_quota.hpp"
#include "core/layers.hpp"

namespace convgauge::worker {
namespace {

namespace fs = std::filesystem;

/// The second number of a thread's schedstat: nanoseconds on a run queue. A thread that ended
/// meanwhile counts as 0.
double waited_ns() {
  double total = 0;
  std::error_code failed;
  for (fs::directory_iterator it("/proc/self/task", failed), end; !failed && it != end;
       it.increment(failed)) {
    std::ifstream in(it->path() / "schedstat");
    double ran = 0, waited = 0;
    if (in >> ran >> waited) total += waited;
  }
  return total;
}

double clock_ns(clockid_t clock) {
  timespec t{};
  ::clock_gettime(clock, &t);
  return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
}

/// Whether `name`, such as "cpu3", is a processor that this process may use.
bool mine(const std::string& name, const cpu_set_t& allowed) {
  if (name.size() < 4 || !name.starts_with("cpu")) return false;
  const int cpu = std::atoi(name.c_str() + 3);
  return cpu >= 0 && cpu < CPU_SETSIZE && CPU_ISSET(cpu, &allowed);
}

/// Lines "cpuN user nice system idle iowait irq softirq steal ..." of proc(5).
void add_cores(LoadReading& reading) {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  const double tick_ns = 1e9 / static_cast<double>(std::max(1L, ::sysconf(_SC_CLK_TCK)));
  std::ifstream in("/proc/stat");
  for (std::string line; std::getline(in, line) && line.starts_with("cpu");) {
    std::istringstream fields(line);
    std::string name;
    double user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0;
    fields >> name >> user >> nice >> system >> idle >> iowait >> irq >> softirq >> steal;
    if (!mine(name, allowed)) continue;
    reading.busy_ns += (user + nice + system + irq + softirq) * tick_ns;
    reading.steal_ns += steal * tick_ns;
  }
}

}  // namespace

LoadReading read_load() {
  LoadReading reading;
  static const Throttling throttling;
  reading.waited_ns = waited_ns();
  reading.throttled_ns = throttling.read_ns();
  reading.own_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
  reading.clock_ns = clock_ns(CLOCK_MONOTONIC);
  add_cores(reading);
  return reading;
}

LoadReading load_between(const LoadReading& before, const LoadReading& after) {
  const auto since = [](double then, double now) { return std::max(0.0, now - then); };
  LoadReading between;
  between.waited_ns = since(before.waited_ns, after.waited_ns);
  for (std::size_t i = 0; i < std::min(before.throttled_ns.size(), after.throttled_ns.size()); ++i)
    between.waited_ns =
        std::max(between.waited_ns, std::min(since(before.throttled_ns[i], after.throttled_ns[i]),
                                             since(before.clock_ns, after.clock_ns)));
  between.own_ns = since(before.own_ns, after.own_ns);
  between.busy_ns = std::max(0.0, since(before.busy_ns, after.busy_ns) - between.own_ns);
  between.steal_ns = since(before.steal_ns, after.steal_ns);
  return between;
}

}  // namespace convgauge::worker
