#include "worker/time_limit.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <vector>

#include "core/layers.hpp"

namespace convgauge::worker {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

bool is_stopped(char state) {
  return state == 'T' || state == 't';
}

/// State and CPU time of /proc/PID/task/TID/stat: its third field, and its 14th and 15th in ticks.
/// Empty where the thread has ended.
std::optional<ThreadUse> read_thread(const fs::path& folder) {
  std::string line;
  if (!std::getline(std::ifstream(folder / "stat"), line)) return std::nullopt;
  const auto name_end = line.rfind(')');  // the name may hold anything
  if (name_end == line.npos) return std::nullopt;
  std::istringstream fields(line.substr(name_end + 1));
  ThreadUse use;
  std::string skipped;
  double user = 0, system = 0;
  fields >> use.state;
  for (int field = 4; field < 14; ++field) fields >> skipped;
  fields >> user >> system;
  const double tick_ns = 1e9 / static_cast<double>(std::max(1L, ::sysconf(_SC_CLK_TCK)));
  double ran = 0;
  std::ifstream(folder / "schedstat") >> ran >> use.waited_ns;
  use.ran_ns = std::max(ran, (user + system) * tick_ns);
  return use;
}

/// Whether the thread is in a system call that sends a stopping signal: proc_pid_syscall(5), which
/// a parent may read of its descendants.
bool is_sending_stop(const fs::path& thread) {
  std::ifstream in(thread / "syscall");
  long call = -1;
  std::array<std::string, 3> arguments;
  if (!(in >> call)) return false;
  for (auto& argument : arguments) in >> argument;
  const auto signal_at = [&](std::size_t index) {
    const auto signal = std::strtol(arguments[index].c_str(), nullptr, 16);
    return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
  };
  if (call == SYS_tgkill || call == SYS_rt_tgsigqueueinfo) return signal_at(2);
  return (call == SYS_kill || call == SYS_tkill || call == SYS_rt_sigqueueinfo) && signal_at(1);
}

/// The processes below the warden, generation by generation. False where the system does not tell.
class Family {
 public:
  bool read(pid_t warden, int keepers, WorkerUse& use) {
    std::set<pid_t> generation{warden};
    for (int depth = 0; !generation.empty(); ++depth) {
      if (depth >= keepers)
        processes_.insert(processes_.end(), generation.begin(), generation.end());
      std::set<pid_t> next;
      for (const auto process : generation)
        for (const auto& thread : threads_of(process))
          if (!add(fmt::format("/proc/{}/task/{}", process, thread), depth < keepers, use, next))
            return false;
      generation = std::move(next);
    }
    if (stops_itself_)
      for (auto& [id, thread] : use)
        if (is_stopped(thread.state)) thread.state = 'S';
    return true;
  }

  const std::vector<pid_t>& processes() const { return processes_; }

 private:
  bool add(const fs::path& folder, bool keeper, WorkerUse& use, std::set<pid_t>& next) {
    auto thread = read_thread(folder);
    if (!thread) return true;  // it has just ended
    std::ifstream children(folder / "children");
    if (!children) return !fs::exists(folder / "stat");
    for (pid_t child = 0; children >> child;)
      if (seen_.insert(child).second) next.insert(child);
    if (is_stopped(thread->state)) stops_itself_ = stops_itself_ || is_sending_stop(folder);
    if (keeper && (is_stopped(thread->state) || thread->state == 'D')) thread->state = 'S';
    use[std::stoi(folder.filename())] = *thread;
    return true;
  }

  std::set<pid_t> seen_;
  std::vector<pid_t> processes_;  // without the keepers
  bool stops_itself_ = false;
};

double seconds(double ns) {
  return ns / 1e9;
}

}  // namespace

WorkerUse read_use(pid_t warden, int keepers) {
  WorkerUse use;
  if (!Family().read(warden, keepers, use)) use.clear();
  return use;
}

std::vector<pid_t> threads_of(pid_t process) {
  std::vector<pid_t> list;
  std::error_code failed;
  for (fs::directory_iterator it(fmt::format("/proc/{}/task", process), failed), end;
       !failed && it != end; it.increment(failed))
    list.push_back(std::stoi(it->path().filename()));
  return list;
}

std::vector<pid_t> processes_of(pid_t warden, int keepers) {
  WorkerUse use;
  Family family;
  return family.read(warden, keepers, use) ? family.processes() : std::vector<pid_t>{};
}

std::optional<CpuTime> read_cpu_time(const std::vector<pid_t>& processes) {
  if (processes.empty()) return std::nullopt;
  CpuTime time;
  for (const auto process : processes) {
    clockid_t clock{};
    timespec at{};
    if (::clock_getcpuclockid(process, &clock) != 0 || ::clock_gettime(clock, &at) != 0) {
      if (process == processes.front()) return std::nullopt;
      continue;  // it has just ended
    }
    time.worker_ns += static_cast<double>(at.tv_sec) * 1e9 + static_cast<double>(at.tv_nsec);
  }
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  time.at_ns = std::chrono::duration<double, std::nano>(now).count();
  for (const auto& thread :
       {std::string("/proc/thread-self"), fmt::format("/proc/{0}/task/{0}", processes.front())}) {
    double ran = 0, waited = 0;
    const bool counted{std::ifstream(thread + "/schedstat") >> ran >> waited};
    time.kept_waiting_ns += counted ? waited : time.at_ns;
  }
  return time;
}

TimeLimit::TimeLimit(milliseconds limit, int processors)
    : limit_(limit),
      // A quarter of a tick's rounding is 10 ms; more than two looks a second learn nothing more.
      step_(std::clamp(limit / 20, milliseconds(20), milliseconds(500))),
      processors_(std::max(1, processors)) {}

double TimeLimit::usable(double elapsed_ns, const WorkerUse& now) {
  double starved = 0, blocked = 0, stopped = 0, ran = 0;
  for (const auto& [id, thread] : now) {
    const auto found = before_.find(id);
    const ThreadUse then = found == before_.end() ? ThreadUse{} : found->second;
    const double ran_since = std::max(0.0, thread.ran_ns - then.ran_ns);
    ran += ran_since;
    // waited_ns grows only when the thread gets a processor, and then by a wait that may have begun
    // before the last look. So a thread that is ready now may have waited for all the time in which
    // it did not run, and none has waited for longer than that.
    const double idle = std::max(0.0, elapsed_ns - ran_since);
    const double waited =
        thread.state == 'R' ? idle : std::min(idle, thread.waited_ns - then.waited_ns);
    starved = std::max(starved, waited);
    if (thread.state == 'D') blocked = elapsed_ns;
    if (is_stopped(thread.state)) stopped = elapsed_ns;
  }
  // All processors were the worker's: its threads were kept waiting by each other only.
  const double busy = std::min(elapsed_ns, ran / processors_);
  const double unseen = now.empty() ? elapsed_ns : 0;
  starved = std::min(starved, elapsed_ns - busy);
  starved_ns_ += starved;
  blocked_ns_ += blocked;
  stopped_ns_ += stopped;
  unseen_ns_ += unseen;
  return elapsed_ns - std::max({starved, blocked, stopped, unseen});
}

TimeLimit::State TimeLimit::look(std::chrono::nanoseconds elapsed, WorkerUse now) {
  const auto elapsed_ns = static_cast<double>(elapsed.count());
  const auto step_ns = static_cast<double>(std::chrono::nanoseconds(step_).count());
  const auto limit_ns = static_cast<double>(std::chrono::nanoseconds(limit_).count());
  // A longer gap is the driver's: a few steps of it count as waiting, so that every call ends.
  constexpr double kLongestGap = 4;
  observed_ns_ += std::min(elapsed_ns, kLongestGap * step_ns);
  if (looked_) usable_ns_ += std::min(step_ns, usable(elapsed_ns, now));
  looked_ = true;
  before_ = std::move(now);
  if (usable_ns_ >= limit_ns) return State::used_up;
  return observed_ns_ >= kPatience * limit_ns ? State::kept_waiting : State::within;
}

std::string TimeLimit::account() const {
  const double most = std::max({starved_ns_, blocked_ns_, stopped_ns_, unseen_ns_});
  const auto* cause = "the driver itself was paused";
  if (most > 0 && most == starved_ns_) cause = "its threads were ready, but got no processor";
  if (most > 0 && most == blocked_ns_) cause = "it waited for a disk, or was frozen";
  if (most > 0 && most == stopped_ns_) cause = "another process had stopped it";
  if (most > 0 && most == unseen_ns_) cause = "/proc does not show its threads";
  return fmt::format("it could use {:.2g} s of {:.3g} s, in {:.3g} s: {}", seconds(usable_ns_),
                     std::chrono::duration<double>(limit_).count(), seconds(observed_ns_), cause);
}

}  // namespace convgauge::worker
