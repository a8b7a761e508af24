// How long a call may take: a limit of the time that the worker could use, not of wall time.
#pragma once
#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/layers.hpp"

namespace convgauge::worker {

/// What one thread has done since it began, as the kernel counts it.
struct ThreadUse {
  /// As in proc_pid_stat(5). A thread that stopped itself counts as asleep (S).
  char state = 'S';
  double ran_ns = 0;     // CPU time
  double waited_ns = 0;  // it was ready, but got no processor
};
/// The threads of a worker and of all processes that it started, by thread id.
using WorkerUse = std::map<pid_t, ThreadUse>;

/// Reads /proc/PID/task: `warden` and all its descendants. The first `keepers` generations are the
/// harness's own (the warden, and the init of its namespace), which may be stopped without harm.
/// Empty where the system does not tell (no /proc, or no "children" in it).
WorkerUse read_use(pid_t warden, int keepers);

/// The worker and all processes that it started, as read_use() finds them; empty where the system
/// does not tell.
std::vector<pid_t> processes_of(pid_t warden, int keepers);
std::vector<pid_t> threads_of(pid_t process);

/// Since some moment, in ns.
struct CpuTime {
  double worker_ns = 0;  // that all threads of the processes had, those that have ended too
  /// How long the calling thread and the first process's main thread were ready, but got no
  /// processor; all the time where the system does not count it.
  double kept_waiting_ns = 0;
  double at_ns = 0;  // by the steady clock
};
/// `processes`: as processes_of() gives them. Empty where there are none, or the first
/// tells no time.
std::optional<CpuTime> read_cpu_time(const std::vector<pid_t>& processes);

/// Counts the time that a worker could use, from looks at its threads. Pure: no clock, no process.
///
/// Of the time between two looks everything counts but that in which the machine kept the worker
/// from running: the longest time that one of its threads was ready without a processor, stopped by
/// another process, or in uninterruptible sleep (disk, freezer). So an endless loop uses its time
/// up, and so does a deadlock, in which nobody wants a processor; a worker that is starved by
/// others or by a CPU quota does not. A worker that keeps all its processors busy is never short of
/// them, however many threads it has. Where the driver itself was late (paused, frozen, starved),
/// one step counts at most.
class TimeLimit {
 public:
  /// `processors`: how many the worker may use.
  TimeLimit(std::chrono::milliseconds limit, int processors);

  enum class State {
    within,
    used_up,      // the worker had its limit: a hang
    kept_waiting  // it had not, in kPatience times the limit: nobody knows
  };
  /// One look. `elapsed`: since the previous one, or since the call began. The first look has none
  /// to compare with: it counts no time as usable.
  State look(std::chrono::nanoseconds elapsed, WorkerUse now);

  /// The time between two looks. What ends sooner is never looked at.
  std::chrono::milliseconds step() const { return step_; }
  /// "it could use 0.2 s of 2 s, in 40 s: its threads were ready, but got no processor"
  std::string account() const;

  static constexpr int kPatience = 20;

 private:
  std::chrono::milliseconds limit_, step_;
  double processors_;
  double usable_ns_ = 0, observed_ns_ = 0;
  double starved_ns_ = 0, blocked_ns_ = 0, stopped_ns_ = 0, unseen_ns_ = 0;
  bool looked_ = false;
  WorkerUse before_;

  double usable(double elapsed_ns, const WorkerUse& now);
};

}  // namespace convgauge::worker
