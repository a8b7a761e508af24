// Signals to other processes, their priority, processors and limits; processes that stay behind.
#include <fcntl.h>
#include <limits.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <thread>

#include "hostile.hpp"

namespace hostile {
namespace {

/// By their ids on the host, which a PID namespace does not have.
template <int kSignal>
bool signal_driver() {
  return driver() > 0 && ::kill(driver(), kSignal) == 0;
}
template <int kSignal>
bool signal_group_of_driver() {
  const auto group = ::getpgid(driver());
  return group > 1 && ::kill(-group, kSignal) == 0;
}
bool signal_thread_of_driver() {
  return driver() > 0 && ::syscall(SYS_tgkill, driver(), driver(), SIGTERM) == 0;
}
bool queue_signal() {
  return driver() > 0 && ::sigqueue(driver(), SIGTERM, {}) == 0;
}
bool signal_by_handle() {
  const auto handle = ::syscall(SYS_pidfd_open, driver(), 0);
  return handle >= 0 && ::syscall(SYS_pidfd_send_signal, handle, SIGTERM, nullptr, 0) == 0;
}
/// A pipe whose readers the kernel tells of data by a signal: to the driver, SIGKILL.
bool signal_by_descriptor() {
  int ends[2];
  if (driver() <= 0 || ::pipe(ends) != 0) return false;
  const bool asked = ::fcntl(ends[0], F_SETOWN, driver()) == 0 &&
                     ::fcntl(ends[0], F_SETSIG, SIGKILL) == 0 &&
                     ::fcntl(ends[0], F_SETFL, O_ASYNC) == 0;
  (void)!::write(ends[1], "x", 1);
  ::close(ends[0]);
  ::close(ends[1]);
  return asked && ::kill(driver(), 0) != 0 && errno != ESRCH && errno != EPERM;
}
bool signal_parent() {
  ::kill(::getppid(), SIGKILL);
  ::kill(::getppid(), SIGSTOP);
  return false;
}
bool signal_others() {
  bool harm = false;
  for (const auto process : other_workers()) harm = ::kill(process, SIGKILL) == 0 || harm;
  return harm;
}
/// Of all processes of the machine: only where that cannot be those of root.
bool signal_all() {
  if (::getpid() == 2 || ::getuid() != 0) ::kill(-1, SIGKILL);
  return false;
}
bool signal_own_group() {
  ::kill(0, SIGTERM);
  return false;
}

bool slow_down_driver() {
  return driver() > 0 && ::setpriority(PRIO_PROCESS, static_cast<id_t>(driver()), 19) == 0;
}
bool slow_down_user() {
  ::setpriority(PRIO_USER, ::getuid(), 5);
  return driver() > 0 && ::getpriority(PRIO_PROCESS, static_cast<id_t>(driver())) == 5;
}
bool move_driver() {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(0, &one);
  return driver() > 0 && ::sched_setaffinity(driver(), sizeof one, &one) == 0;
}
bool real_time() {
  const sched_param first{1};
  return ::sched_setscheduler(0, SCHED_FIFO, &first) == 0;
}
bool idle_driver() {
  const sched_param none{0};
  return driver() > 0 && ::sched_setscheduler(driver(), SCHED_IDLE, &none) == 0;
}
bool limit_driver() {
  const rlimit none{0, 0};
  return driver() > 0 && ::prlimit(driver(), RLIMIT_NOFILE, &none, nullptr) == 0;
}
bool slow_disk_of_driver() {
  constexpr int kProcess = 1, kIdle = 3 << 13;
  return driver() > 0 && ::syscall(SYS_ioprio_set, kProcess, driver(), kIdle) == 0;
}
bool own_session() {
  const auto child = ::fork();
  if (child == 0) ::_exit(::setsid() > 0);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 1;
}
bool own_group() {
  return ::setpgid(0, 0) == 0 && ::getpgid(0) == ::getpid();
}

[[noreturn]] void burn() {
  ::alarm(600);  // it must not stay for ever where nothing ends it
  for (;;) ::getppid();
}
bool leave_daemon() {
  if (::fork() != 0) return false;
  if (::fork() != 0) ::_exit(0);
  ::setsid();
  std::signal(SIGTERM, SIG_IGN);
  std::signal(SIGHUP, SIG_IGN);
  burn();
}
bool leave_many() {
  for (int i = 0; i < 20; ++i)
    if (::fork() == 0) burn();
  return false;
}
/// A child of its parent.
bool leave_sibling() {
  if (::syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0) == 0) burn();
  return false;
}
bool leave_traced() {
  if (::fork() == 0) {
    ::raise(SIGSTOP);
    burn();
  }
  return false;
}
bool fork_bomb() {
  // At most 2^11.
  for (int i = 0; i < 11; ++i) (void)!::fork();
  ::alarm(600);
  if (::getpid() != 2) ::pause();
  return false;
}
bool thread_bomb() {
  std::vector<std::thread> threads;
  try {
    for (int i = 0; i < 3000; ++i)
      threads.emplace_back([] { std::this_thread::sleep_for(std::chrono::milliseconds(200)); });
  } catch (const std::system_error&) {
  }
  for (auto& thread : threads) thread.join();
  return false;
}
/// Whether more threads run at once than any library needs.
bool too_many_threads() {
  constexpr int kMany = 5000;
  pthread_attr_t small;
  ::pthread_attr_init(&small);
  ::pthread_attr_setstacksize(&small, PTHREAD_STACK_MIN);
  static std::atomic<bool> over;
  over = false;
  std::vector<pthread_t> threads;
  const auto wait = [](void*) -> void* {
    over.wait(false);
    return nullptr;
  };
  for (pthread_t one = 0;
       threads.size() < kMany && ::pthread_create(&one, &small, wait, nullptr) == 0;)
    threads.push_back(one);
  over = true;
  over.notify_all();
  for (const auto one : threads) ::pthread_join(one, nullptr);
  return threads.size() == kMany;
}
/// Allowed: compilers run at run time.
bool start_program() {
  pid_t child = 0;
  char name[] = "/bin/true";
  char* arguments[] = {name, nullptr};
  int status = -1;
  if (::posix_spawn(&child, name, nullptr, nullptr, arguments, nullptr) == 0)
    ::waitpid(child, &status, 0);
  return status != 0;
}
bool become_program() {
  ::execl("/bin/sleep", "sleep", "600", nullptr);
  return false;
}
bool die_with_children() {
  leave_many();
  ::raise(SIGKILL);
  return false;
}

constexpr const char* kLeft = "failed";

constexpr Cheat kTable[] = {
    row("kills_driver", "processes", "sends SIGKILL to the driver", "agrees",
        once<signal_driver<SIGKILL>>),
    row("stops_driver", "processes", "sends SIGSTOP to the driver", "agrees",
        once<signal_driver<SIGSTOP>>),
    row("terminates_group", "processes", "sends SIGTERM to the driver's group", "agrees",
        once<signal_group_of_driver<SIGTERM>>),
    row("signals_thread", "processes", "sends SIGTERM to a thread of the driver", "agrees",
        once<signal_thread_of_driver>),
    row("queues_signal", "processes", "sends SIGTERM by sigqueue", "agrees", once<queue_signal>),
    row("signals_by_handle", "processes", "sends SIGTERM by a pidfd", "agrees",
        once<signal_by_handle>),
    row("signals_by_descriptor", "processes", "has the kernel send SIGKILL when a pipe is written",
        "agrees", once<signal_by_descriptor>),
    row("kills_parent", "processes", "sends SIGKILL and SIGSTOP to its parent",
        "agrees|died|failed", once<signal_parent>),
    row("kills_others", "processes", "sends SIGKILL to other workers", "agrees",
        once<signal_others>),
    row("kills_all", "processes", "sends SIGKILL to every process", "agrees|died|failed",
        once<signal_all>),
    row("terminates_own_group", "processes", "sends SIGTERM to its own group", "died",
        once<signal_own_group>),
    row("slows_driver", "processes", "gives the driver the least priority", "agrees",
        once<slow_down_driver>),
    row("slows_user", "processes", "gives all processes of its user less priority", "agrees|failed",
        once<slow_down_user>),
    row("moves_driver", "processes", "lets the driver use one processor", "agrees",
        once<move_driver>),
    row("real_time", "processes", "asks for a real-time priority", "agrees", once<real_time>),
    row("idles_driver", "processes", "lets the driver run where nobody else does", "agrees",
        once<idle_driver>),
    row("limits_driver", "processes", "takes the driver's open files by prlimit", "agrees",
        once<limit_driver>),
    row("slows_disk", "processes", "gives the driver's disk accesses the least priority", "agrees",
        once<slow_disk_of_driver>),
    row("own_session", "processes", "leaves its session, to run where it should be stopped",
        "agrees", once<own_session>),
    row("own_group", "processes", "leaves its process group", "agrees", once<own_group>),
    row("leaves_daemon", "processes", "leaves a daemon that burns a processor", kLeft,
        once<leave_daemon>),
    row("leaves_many", "processes", "leaves twenty children that burn", kLeft, once<leave_many>),
    row("leaves_sibling", "processes", "leaves a child of its parent", "agrees|failed",
        once<leave_sibling>),
    row("leaves_stopped", "processes", "leaves a stopped child", kLeft, once<leave_traced>),
    row("fork_bomb", "processes", "forks 2,047 processes", kLeft, once<fork_bomb>),
    row("thread_bomb", "processes", "starts 3,000 threads", "agrees", once<thread_bomb>),
    row("too_many_threads", "processes", "has 5,000 threads at once", "agrees",
        once<too_many_threads>),
    row("starts_program", "processes", "runs a program and waits for it: allowed", "agrees",
        once<start_program>),
    row("becomes_program", "processes", "becomes another program", "died|timed_out|failed",
        once<become_program>),
    row("dies_with_children", "processes", "leaves twenty children and kills itself", "died",
        once<die_with_children>),
};

}  // namespace

const std::span<const Cheat> kProcesses = kTable;

}  // namespace hostile
