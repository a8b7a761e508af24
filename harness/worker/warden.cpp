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

// A signal handler takes no argument of ours.
volatile pid_t child_of_handler = 0, driver_of_handler = 0;
const char* volatile scratch_of_handler = "";

void end(int) {
  if (child_of_handler > 0) {
    ::kill(child_of_handler, SIGKILL);
    return;
  }
  ::rmdir(scratch_of_handler);
  ::_exit(0);
}

/// When the driver ends, this process must live on until it has removed what the worker left. The
/// kernel tells it by SIGCONT, which no other signal can replace: the driver may have been killed
/// while this process was stopped with its worker. Where the driver is still there, it was the
/// driver that sent SIGCONT, to go on.
void outlive_driver(const ChildOptions& options) {
  ::signal(SIGPIPE, SIG_IGN);  // of a report that nobody reads any more
  scratch_of_handler = options.folders.scratch.c_str();
  driver_of_handler = ::getppid();
  struct sigaction action {};
  action.sa_handler = end;
  ::sigaction(signal_to_end(), &action, nullptr);
  action.sa_handler = [](int) {
    if (::getppid() != driver_of_handler) end(0);
  };
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGCONT, &action, nullptr);
  ::prctl(PR_SET_PDEATHSIG, SIGCONT);
}

/// While this process starts a child, the end of the driver waits.
pid_t fork_known_to_handler() {
  sigset_t end;
  ::sigemptyset(&end);
  ::sigaddset(&end, signal_to_end());
  ::sigaddset(&end, SIGCONT);
  ::sigprocmask(SIG_BLOCK, &end, nullptr);
  const auto child = ::fork();
  if (child == 0) {
    ::signal(signal_to_end(), SIG_DFL);
    ::signal(SIGCONT, SIG_DFL);
  } else {
    child_of_handler = child;
  }
  ::sigprocmask(SIG_UNBLOCK, &end, nullptr);
  return child;
}

[[noreturn]] void be_worker(const ChildOptions& options, bool namespaced) {
  die_with_parent();
  ::prctl(PR_SET_DUMPABLE, 1);  // a debugger may look at it
  ::signal(SIGPIPE, SIG_DFL);
  ::close(kStatusDescriptor);
  std::exit(run_child(options, namespaced));
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
pid_t fork_worker(const ChildOptions& options, bool namespaced) {
  const auto worker = fork_known_to_handler();
  if (worker == 0) be_worker(options, namespaced);
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
  const bool trusted = options.folders.scratch.empty();
  const auto worker = fork_worker(options, !trusted && enter_mount_namespace());
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

[[noreturn]] void be_subreaper(const ChildOptions& options) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  const auto worker = fork_worker(options, false);
  report(WorkerStart{worker});
  auto end = wait_for(worker);
  end.left_processes = kill_children();
  remove_scratch_folder(options.folders.scratch);
  report(end);
  ::_exit(0);
}

}  // namespace

int signal_to_end() {
  return SIGRTMIN + 7;
}

void run_warden(const ChildOptions& options) {
  // /proc/self/exe, by which the worker was started, would name it "exe".
  ::prctl(PR_SET_NAME, "convgauge");
  // Whoever started convgauge may have left files open.
  ::close_range(kStatusDescriptor + 1, ~0u, 0);
  const bool namespaced = enter_pid_namespace(options.folders.scratch.empty());
  ::prctl(PR_SET_DUMPABLE, 0);  // the plugin must not write into its memory
  // A driver that has ended before that is noticed by the worker, at its socket.
  outlive_driver(options);
  try {
    make_scratch_folder(options.folders.scratch);
  } catch (const MachineTrouble& trouble) {
    answer_denied(trouble);
    ::_exit(0);
  }
  const auto init = namespaced ? fork_known_to_handler() : -1;
  if (init == 0) be_init(options);
  if (init < 0) be_subreaper(options);
  close_workers_descriptors();
  ::close(kStatusDescriptor);
  int status = 0;
  while (::waitpid(init, &status, 0) < 0 && errno == EINTR) {
  }
  remove_scratch_folder(options.folders.scratch);
  // Nothing inside its namespace can kill process 1: the driver learns that something else did.
  if (WIFSIGNALED(status)) {
    ::signal(WTERMSIG(status), SIG_DFL);
    ::kill(::getpid(), WTERMSIG(status));
  }
  ::_exit(0);
}

}  // namespace convgauge::worker
