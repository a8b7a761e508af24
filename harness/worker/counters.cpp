// perf_event_open(2): one event for each thread and kind.
#include "worker/counters.hpp"

#include <fmt/format.h>
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include "core/layers.hpp"

namespace convgauge::worker {
namespace {

constexpr std::array<std::uint64_t, 3> kKinds{PERF_COUNT_HW_INSTRUCTIONS, PERF_COUNT_HW_CPU_CYCLES,
                                              PERF_COUNT_HW_CACHE_MISSES};
constexpr std::size_t kMisses = 2;

/// -1 where the kernel refuses, with errno. Threads that `thread` creates from now on are counted
/// too.
int open_event(std::uint64_t kind, int thread) {
  perf_event_attr attributes{};
  attributes.size = sizeof attributes;
  attributes.type = PERF_TYPE_HARDWARE;
  attributes.config = kind;
  attributes.disabled = 1;
  attributes.inherit = 1;
  attributes.exclude_kernel = 1;  // what an ordinary user may count
  attributes.exclude_hv = 1;
  attributes.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
  return static_cast<int>(
      ::syscall(SYS_perf_event_open, &attributes, thread, -1, -1, PERF_FLAG_FD_CLOEXEC));
}

std::vector<int> threads_of_this_process() {
  std::vector<int> threads;
  std::error_code failed;
  for (std::filesystem::directory_iterator it("/proc/self/task", failed), end; !failed && it != end;
       it.increment(failed))
    threads.push_back(std::atoi(it->path().filename().c_str()));
  return threads;
}

std::string refusal(int code) {
  std::ifstream in("/proc/sys/kernel/perf_event_paranoid");
  int level = 0;
  const auto paranoid = in >> level ? fmt::format("perf_event_paranoid is {}", level)
                                    : std::string("it has no perf_event_paranoid");
  const char* meaning = code == ENOENT || code == EOPNOTSUPP
                            ? ": no hardware counters here, as in most virtual machines"
                        : code == EACCES || code == EPERM ? ": not permitted"
                        : code == ENOSYS                  ? ": not part of this kernel, or filtered"
                                                          : "";
  return fmt::format("perf_event_open: {}{} ({})", std::strerror(code), meaning, paranoid);
}

/// The sum over all threads of one kind; empty where one of them never got a counter.
std::optional<double> total(const std::vector<Descriptor>& events) {
  double sum = 0;
  for (const auto& event : events) {
    std::array<std::uint64_t, 3> values{};
    if (::read(event.get(), values.data(), sizeof values) != sizeof values) return std::nullopt;
    const auto [count, enabled, running] = values;
    if (count == 0 && running == 0) continue;  // this thread did not run at all
    const auto scaled = scaled_count(values);
    if (!scaled) return std::nullopt;
    sum += *scaled;
  }
  return events.empty() ? std::nullopt : std::optional(sum);
}

}  // namespace

std::optional<double> scaled_count(std::span<const std::uint64_t, 3> values) {
  const auto count = static_cast<double>(values[0]);
  if (values[2] == 0) return std::nullopt;
  return std::round(count * (static_cast<double>(values[1]) / static_cast<double>(values[2])));
}

Expected<Counters> Counters::open() {
  Counters counters;
  for (const int thread : threads_of_this_process())
    for (std::size_t i = 0; i < kEvents; ++i) {
      const int event = open_event(kKinds[i], thread);
      if (event >= 0) counters.events_[i].emplace_back(event);
      // ESRCH: the thread has ended meanwhile.
      if (event >= 0 || i == kMisses || errno == ESRCH) continue;
      return error(refusal(errno));
    }
  // A sum of misses is useless where only some of the threads could count them.
  if (counters.events_[kMisses].size() != counters.events_[0].size())
    counters.events_[kMisses].clear();
  return counters;
}

void Counters::start() {
  for (auto& events : events_)
    for (auto& event : events) {
      ::ioctl(event.get(), PERF_EVENT_IOC_RESET, 0);
      ::ioctl(event.get(), PERF_EVENT_IOC_ENABLE, 0);
    }
}

Expected<CounterTotals> Counters::stop() {
  for (auto& events : events_)
    for (auto& event : events) ::ioctl(event.get(), PERF_EVENT_IOC_DISABLE, 0);
  const auto instructions = total(events_[0]), cycles = total(events_[1]);
  if (!instructions || !cycles || *instructions <= 0 || *cycles <= 0)
    return error(
        "perf_event_open: the events were opened, but never got a counter of the processor");
  return CounterTotals{*instructions, *cycles, total(events_[kMisses])};
}

}  // namespace convgauge::worker
