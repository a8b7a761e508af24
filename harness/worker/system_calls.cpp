#include "worker/system_calls.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <utility>

#include "core/layers.hpp"

namespace convgauge::worker {
namespace {

/// Clocks, kernel, name and storage of the machine; memory, keys and files of other programs.
constexpr const char* kDenied[] = {
    // other processes
    "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "process_mrelease",
    "pidfd_getfd", "kcmp", "setsid", "setpgid", "setns", "lookup_dcookie",
    // other programs
    "connect", "accept", "accept4", "add_key", "request_key", "keyctl", "bpf", "fanotify_init",
    "open_by_handle_at", "vhangup",
    // what is mounted where
    "mount", "umount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree", "fsopen",
    "fsconfig", "fsmount", "fspick", "mount_setattr", "quotactl", "quotactl_fd", "swapon",
    "swapoff", "acct",
    // the machine
    "settimeofday", "stime", "clock_settime", "adjtimex", "clock_adjtime", "reboot", "kexec_load",
    "kexec_file_load", "init_module", "finit_module", "delete_module", "sethostname",
    "setdomainname", "iopl", "ioperm", "syslog", "sync", "uselib"};

/// Of files that Landlock lets nobody write, but whose owner and times it does not guard.
constexpr const char* kAttributes[] = {
    "chmod",     "fchmod",    "fchmodat",    "chown",        "fchown",       "lchown",
    "fchownat",  "utime",     "utimes",      "utimensat",    "futimesat",    "setxattr",
    "lsetxattr", "fsetxattr", "removexattr", "lremovexattr", "fremovexattr", "truncate"};
/// The same, by numbers, which are one for all processors: fchmodat2, setxattrat, removexattrat and
/// file_setattr are younger than libseccomp 2.5 (Linux 6.6 to 6.17).
constexpr int kNewAttributes[] = {452, 463, 466, 469};

constexpr std::uint64_t kWord = 0xffffffff;  // the kernel reads an int from the lower half

class Filter {
 public:
  Filter() : context_(::seccomp_init(SCMP_ACT_ALLOW), &::seccomp_release) {
    if (!context_) return;
    // The calls of 32-bit programs are not those of this list.
    good_ = ::seccomp_attr_set(context_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(EPERM)) == 0;
    // A binary tree.
    ::seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);
  }

  /// Where all of `tests` hold. A call that this libseccomp or this processor does not have is left
  /// out.
  void deny(const char* call, std::initializer_list<scmp_arg_cmp> tests = {}, int error = EPERM) {
    if (const int number = ::seccomp_syscall_resolve_name(call); number >= 0)
      deny(number, tests, error);
  }
  void deny(int number, std::initializer_list<scmp_arg_cmp> tests = {}, int error = EPERM) {
    if (!context_) return;
    good_ =
        ::seccomp_rule_add_array(context_.get(), SCMP_ACT_ERRNO(static_cast<unsigned>(error)),
                                 number, static_cast<unsigned>(tests.size()), tests.begin()) == 0 &&
        good_;
  }

  bool load() { return context_ && good_ && ::seccomp_load(context_.get()) == 0; }

 private:
  std::unique_ptr<void, void (*)(scmp_filter_ctx)> context_;
  bool good_ = false;
};

scmp_arg_cmp has(unsigned argument, std::uint64_t flag) {
  return {argument, SCMP_CMP_MASKED_EQ, flag, flag};
}
scmp_arg_cmp is(unsigned argument, std::uint64_t value, std::uint64_t mask = kWord) {
  return {argument, SCMP_CMP_MASKED_EQ, mask, value & mask};
}
scmp_arg_cmp is_not(unsigned argument, std::uint64_t value) {
  return {argument, SCMP_CMP_NE, value, 0};
}

/// A namespace of its own would give a plugin every capability in it.
void deny_namespaces(Filter& filter) {
  for (const std::uint64_t flag : {CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET,
                                   CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWCGROUP}) {
    filter.deny("unshare", {has(0, flag)});
    filter.deny("clone", {has(0, flag)});
  }
  // Their arguments lie in memory, where a filter cannot look. glibc takes clone instead.
  for (const char* call : {"clone3", "io_uring_setup", "io_uring_enter", "io_uring_register"})
    filter.deny(call, {}, ENOSYS);
}

/// Pairs of connected sockets, those of the kernel's notices, and sockets without a peer stay:
/// CUDA's driver makes one. A datagram goes to any address without connect().
void deny_sockets(Filter& filter) {
  constexpr std::uint64_t kKind = 0xf;  // SOCK_CLOEXEC and SOCK_NONBLOCK are above
  for (std::uint64_t family = 0; family < AF_MAX; ++family)
    if (family != AF_UNIX && family != AF_NETLINK) filter.deny("socket", {is(0, family)}, EACCES);
  for (const char* call : {"socket", "socketpair"})
    filter.deny(call, {is(0, AF_UNIX), is(1, SOCK_DGRAM, kKind)}, EACCES);
}

constexpr std::uint64_t kProcess = 1;  // IOPRIO_WHO_PROCESS, which is in no header

void deny_signals(Filter& filter) {
  const auto own = static_cast<std::uint64_t>(::getpid());
  for (const char* call : {"kill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"})
    filter.deny(call, {is_not(0, own)});
  for (const char* call : {"tkill", "pidfd_send_signal"}) filter.deny(call);
  // Signals of a descriptor's owner.
  for (const std::uint64_t order : {F_SETOWN, F_SETOWN_EX, F_SETSIG})
    filter.deny("fcntl", {is(1, order)});
}

/// Where ids of other processes can be named. Those of threads cannot be told from them, and a
/// plugin chooses the processors of its threads: these are denied for the driver and the warden.
void deny_other_processes(Filter& filter, pid_t driver) {
  filter.deny("prlimit64", {is_not(0, 0), is_not(2, 0)});
  for (const auto& [call, process] :
       {std::pair{"setpriority", std::uint64_t{PRIO_PROCESS}}, std::pair{"ioprio_set", kProcess}}) {
    filter.deny(call, {is_not(0, process)});
    filter.deny(call, {is_not(1, 0)});
  }
  for (const auto keeper : {driver, ::getppid()}) {
    if (keeper <= 0) continue;  // in another PID namespace; 0 is the plugin itself
    for (const char* call :
         {"sched_setaffinity", "sched_setscheduler", "sched_setparam", "sched_setattr"})
      filter.deny(call, {is(0, static_cast<std::uint64_t>(keeper))});
  }
  // Left behind without an IPC namespace.
  for (const char* call : {"shmget", "msgget", "semget", "mq_open"}) filter.deny(call, {}, EACCES);
}

void deny_attributes(Filter& filter) {
  for (const char* call : kAttributes) filter.deny(call);
  for (const int call : kNewAttributes) filter.deny(call);
  for (const std::uint64_t order : {FS_IOC_SETFLAGS, FS_IOC_FSSETXATTR})
    filter.deny("ioctl", {is(1, order)});
}

}  // namespace

bool deny_system_calls(OutOfReach out_of_reach) {
  Filter filter;
  for (const char* call : kDenied) filter.deny(call);
  deny_namespaces(filter);
  deny_sockets(filter);
  // Counters of a whole processor see all programs on it.
  filter.deny("perf_event_open", {is(1, kWord)});
  // A lease holds up the next program that opens the file.
  filter.deny("fcntl", {is(1, F_SETLEASE)});
  if (!out_of_reach.attributes) deny_attributes(filter);
  if (!out_of_reach.signals) deny_signals(filter);
  if (!out_of_reach.processes) deny_other_processes(filter, out_of_reach.driver);
  return filter.load();
}

}  // namespace convgauge::worker
