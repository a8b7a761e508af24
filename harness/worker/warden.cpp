#include "worker/warden.hpp"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <string>
#include "core/layers.hpp"

namespace convgauge::worker {
namespace {

void die_with_parent() {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
}

[[noreturn]] void be_worker(const ChildOptions& options) {
  die_with_parent();
  ::prctl(PR_SET_DUMPABLE, 1);  // a debugger may look at it
  ::close(kStatusDescriptor);
  std::exit(run_child(options));
}

template <class Message>
void report(const Message& message) {
  (void)!::write(kStatusDescriptor, &message, sizeof message);
}

/// Reaps processes until `worker` has ended; returns its status and peak.
WorkerEnd wait_for(pid_t worker) {
  for (;;) {
    int status = 0;
    rusage used{};
    const auto ended = ::wait4(-1, &status, 0, &used);
    if (ended == worker) return {status, 0, std::int64_t{used.ru_maxrss} * 1024};
    if (ended < 0 && errno == ECHILD) return {};
  }
}

void close_workers_descriptors() {
  for (const int descriptor : {kSocketDescriptor, kCrashDescriptor, kArenaDescriptor})
    ::close(descriptor);
}

/// The worker's process id. Where the machine allows no new process, the driver is told so.
pid_t fork_worker(const ChildOptions& options) {
  const auto worker = ::fork();
  if (worker == 0) be_worker(options);
  if (worker < 0) {
    answer_denied(MachineTrouble("fork", errno));
    ::_exit(0);
  }
  close_workers_descriptors();
  return worker;
}

/// Process 1 of the namespace. kill(-1, 0) finds any other process in it; the kernel kills those
/// when this one ends.
[[noreturn]] void be_init(const ChildOptions& options) {
  die_with_parent();
  const auto worker = fork_worker(options);
  report(WorkerStart{});
  auto end = wait_for(worker);
  while (::waitpid(-1, nullptr, WNOHANG) > 0) {
  }
  end.left_processes = ::kill(-1, 0) == 0;
  report(end);
  ::_exit(0);
}

/// Kills all children, including those that were reparented to this process, until there are none.
/// Returns whether there were any.
bool kill_children() {
  const auto list = "/proc/self/task/" + std::to_string(::getpid()) + "/children";
  bool any = false;
  for (;;) {
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }
    std::ifstream children(list);
    pid_t pid = 0;
    bool found = false;
    while (children >> pid) found = ::kill(pid, SIGKILL) == 0 || found;
    if (!found) return any;
    any = true;
    ::waitpid(-1, nullptr, 0);
  }
}

// A signal handler takes no argument of ours.
volatile pid_t worker_of_handler = 0;

/// When the driver ends, this process must live on until it has killed what the worker left. The
/// signal is one that nobody else sends: SIGTERM to the whole group, say, is a plugin's doing.
void outlive_parent() {
  const int signal = SIGRTMIN + 7;
  struct sigaction action {};
  action.sa_handler = [](int) {
    if (worker_of_handler > 0) ::kill(worker_of_handler, SIGKILL);
  };
  ::sigaction(signal, &action, nullptr);
  ::prctl(PR_SET_PDEATHSIG, signal);
}

[[noreturn]] void be_subreaper(const ChildOptions& options) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  const auto parent = ::getppid();
  const auto worker = fork_worker(options);
  worker_of_handler = worker;
  outlive_parent();
  if (::getppid() != parent) ::kill(worker, SIGKILL);  // it ended before the signal was asked for
  report(WorkerStart{worker});
  auto end = wait_for(worker);
  end.left_processes = kill_children();
  report(end);
  ::_exit(0);
}

}  // namespace

void run_warden(const ChildOptions& options) {
  // /proc/self/exe, by which the worker was started, would name it "exe".
  ::prctl(PR_SET_NAME, "convgauge");
  ::prctl(PR_SET_DUMPABLE, 0);  // the plugin must not write into its memory
  die_with_parent();
  if (::unshare(CLONE_NEWPID) != 0) be_subreaper(options);
  const auto init = ::fork();
  if (init < 0) be_subreaper(options);
  if (init == 0) be_init(options);
  close_workers_descriptors();
  ::close(kStatusDescriptor);
  ::waitpid(init, nullptr, 0);
  ::_exit(0);
}

}  // namespace convgauge::worker
