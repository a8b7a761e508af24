#include "worker/containment.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <glob.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <utility>

#include "core/layers.hpp"
#include "worker/descriptor.hpp"
#include "worker/machine_trouble.hpp"
#include "worker/system_calls.hpp"

namespace convgauge::worker {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSharedMemory = "/dev/shm";
// Shaders and kernels that a library compiles and keeps are some tens of MiB; the CUDA driver's
// cache may reach 1 GiB (CUDA_CACHE_MAXSIZE).
constexpr const char* kScratchSize = "size=1g,nr_inodes=64k,mode=0700";
// A thread for each processor of a large machine, several times over, for several libraries.
constexpr rlim_t kMostTasks = 4096;
constexpr const char* kLargestProcessId = "/proc/sys/kernel/pid_max";

// Of Linux 6.12; Debian 12 has the header of 6.1.
struct LandlockRules {
  std::uint64_t files = 0, network = 0, scopes = 0;
};
constexpr std::uint64_t kTruncate = 1 << 14;                   // from ABI 3 on
constexpr std::uint64_t kScopeSockets = 1, kScopeSignals = 2;  // from ABI 6 on
constexpr int kAbiRefer = 2, kAbiTruncate = 3, kAbiScopes = 6;

void write_file(const char* file, const std::string& text) {
  const Descriptor out(::open(file, O_WRONLY | O_CLOEXEC));
  if (out) (void)!::write(out.get(), text.data(), text.size());
}

/// The same user and group inside as outside.
void map_user(uid_t user, gid_t group) {
  const auto map = [](auto id) { return std::to_string(id) + " " + std::to_string(id) + " 1"; };
  write_file("/proc/self/setgroups", "deny");
  write_file("/proc/self/uid_map", map(user));
  write_file("/proc/self/gid_map", map(group));
}

bool set_read_only(const char* path, bool read_only, unsigned flags) {
  mount_attr change{};
  (read_only ? change.attr_set : change.attr_clr) = MOUNT_ATTR_RDONLY;
  return ::mount_setattr(AT_FDCWD, path, flags, &change, sizeof change) == 0;
}

/// Everything is read-only but the scratch folder and /dev/shm, which are in memory and end with
/// the namespace. Before the third step nothing is changed that a worker without it needs.
bool mount_own(const ContainedFolders& folders) {
  const auto shared = folders.scratch / "shm";
  const char* const scratch = folders.scratch.c_str();
  constexpr auto kFlags = MS_NOSUID | MS_NODEV;
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      ::mount("convgauge", scratch, "tmpfs", kFlags, kScratchSize) != 0)
    return false;
  struct stat there {};
  const bool has_shared = ::stat(kSharedMemory, &there) == 0;
  if (has_shared && (::mkdir(shared.c_str(), 0700) != 0 ||
                     ::mount(shared.c_str(), kSharedMemory, nullptr, MS_BIND, nullptr) != 0))
    return false;
  if (!set_read_only("/", true, AT_RECURSIVE) || !set_read_only(scratch, false, 0) ||
      (has_shared && !set_read_only(kSharedMemory, false, 0)))
    return false;
  return folders.hidden.empty() || ::stat(folders.hidden.c_str(), &there) != 0 ||
         ::mount("convgauge", folders.hidden.c_str(), "tmpfs", kFlags | MS_RDONLY,
                 "size=4k,mode=0500") == 0;
}

/// Nodes of /dev that hold nothing of the user's, and those that GPUs and accelerators are used by.
std::vector<std::string> writable_devices() {
  glob_t found{};
  int flags = 0;
  for (const char* pattern :
       {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/nvidia*",
        "/dev/dri", "/dev/kfd", "/dev/accel", "/dev/dxg", "/dev/mali*", "/dev/nvhost*",
        "/dev/nvmap", "/dev/nvgpu", "/dev/dma_heap", "/dev/udmabuf"}) {
    ::glob(pattern, flags, nullptr, &found);
    flags = GLOB_APPEND;
  }
  std::vector<std::string> list(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  return list;
}

/// Its ABI; 0 where this kernel has no Landlock.
int landlock_abi() {
  return static_cast<int>(std::max(
      0L, ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION)));
}

bool allow_below(int rules, const std::string& path, std::uint64_t access) {
  const Descriptor place(::open(path.c_str(), O_PATH | O_CLOEXEC));
  if (!place) return false;
  const landlock_path_beneath_attr rule{access, place.get()};
  return ::syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
}

/// All that changes a file system; the kernel then also refuses ptrace, /proc/PID/mem and their kin
/// on processes outside, and from ABI 6 on signals and abstract sockets.
bool restrict_by_landlock(const ContainedFolders& folders, int abi) {
  constexpr std::uint64_t kFolder = LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
                                    LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |
                                    LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
                                    LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
                                    LANDLOCK_ACCESS_FS_MAKE_SYM;
  const auto file = LANDLOCK_ACCESS_FS_WRITE_FILE | (abi >= kAbiTruncate ? kTruncate : 0);
  LandlockRules wanted{file | kFolder | (abi >= kAbiRefer ? LANDLOCK_ACCESS_FS_REFER : 0)};
  if (abi >= kAbiScopes) wanted.scopes = kScopeSockets | kScopeSignals;
  const Descriptor rules(
      static_cast<int>(::syscall(SYS_landlock_create_ruleset, &wanted, sizeof wanted, 0)));
  if (!rules || !allow_below(rules.get(), folders.scratch, wanted.files)) return false;
  allow_below(rules.get(), kSharedMemory, wanted.files);
  for (const auto& device : writable_devices())
    // Rights of folders are refused on a file.
    allow_below(rules.get(), device, file);
  return ::syscall(SYS_landlock_restrict_self, rules.get(), 0) == 0;
}

/// Root keeps one, to read plugins of other users. The bounding set goes first, so that no program
/// that is started gets more. (With CAP_PERFMON, memory maps and environments of all could be
/// read.)
void drop_capabilities() {
  constexpr std::uint64_t kKept = std::uint64_t{1} << CAP_DAC_READ_SEARCH;
  ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  for (unsigned long capability = 0; ::prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0;
       ++capability)
    if (!(kKept >> capability & 1)) ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
  if (::syscall(SYS_capget, &header, sets.data()) != 0) return;
  for (std::size_t word = 0; word < sets.size(); ++word) {
    sets[word].permitted &= static_cast<std::uint32_t>(kKept >> 32 * word);
    sets[word].effective = sets[word].permitted;
    sets[word].inheritable = 0;
  }
  ::syscall(SYS_capset, &header, sets.data());
}

/// Whether each PID namespace has a largest process id of its own (Linux 6.14); before, all share
/// that of the machine.
bool has_own_largest_process_id() {
  utsname system{};
  int major = 0, minor = 0;
  if (::uname(&system) != 0 || std::sscanf(system.release, "%d.%d", &major, &minor) != 2)
    return false;
  return std::pair(major, minor) >= std::pair(6, 14);
}

/// Of root's, which no resource limit limits: by the process ids that the PID namespace has.
bool limit_process_ids() {
  if (!has_own_largest_process_id()) return false;
  const auto wanted = std::to_string(kMostTasks);
  write_file(kLargestProcessId, wanted);
  std::string is;
  std::ifstream(kLargestProcessId) >> is;
  return is == wanted;
}

/// An ordinary user's count is that of this user namespace from Linux 5.14 on. To be called while
/// /proc can be written.
bool limit_tasks(bool namespaced) {
  rlimit limit{};
  if (!namespaced) return false;
  if (::geteuid() == 0) return limit_process_ids();
  if (::getrlimit(RLIMIT_NPROC, &limit) != 0) return false;
  limit.rlim_max = std::min(limit.rlim_max, kMostTasks);
  limit.rlim_cur = std::min(limit.rlim_cur, limit.rlim_max);
  return ::setrlimit(RLIMIT_NPROC, &limit) == 0;
}

/// In a child process: what it can be kept from.
Contained try_it(const ContainedFolders& folders) {
  const bool namespaced = enter_pid_namespace(false) && enter_mount_namespace();
  return contain(folders, namespaced);
}

std::vector<std::string> sentences(const Contained& done) {
  std::vector<std::string> list;
  if (!done.processes)
    list.push_back(
        "processes: no PID namespace: a plugin can change priority and processors of this user's "
        "other processes");
  if (!done.files)
    list.push_back(
        "files: no mount namespace, and no Landlock: a plugin can change every file that this user "
        "can");
  if (!done.storage)
    list.push_back(
        "storage: no mount namespace: a plugin can change files in /dev/shm, fill the disk of its "
        "temporary folder, and read the reference cache");
  if (!done.calls)
    list.push_back(
        "system calls: no seccomp: a plugin can reach other programs by sockets and change "
        "attributes of this user's files");
  if (!done.tasks)
    list.push_back(
        "processes and threads: a plugin can start as many as this user may, until it is ended");
  return list;
}

}  // namespace

bool enter_pid_namespace(bool trusted) {
  if (::unshare(CLONE_NEWPID) == 0) return true;
  const auto user = ::geteuid();
  const auto group = ::getegid();
  if (trusted || ::unshare(CLONE_NEWUSER | CLONE_NEWPID) != 0) return false;
  map_user(user, group);
  return true;
}

bool enter_mount_namespace() {
  return ::unshare(CLONE_NEWNS | CLONE_NEWIPC) == 0;
}

Contained contain(const ContainedFolders& folders, bool namespaced, pid_t driver) {
  Contained done;
  done.tasks = limit_tasks(namespaced);
  done.storage = namespaced && mount_own(folders);
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  const int abi = landlock_abi();
  const bool landlocked = abi > 0 && restrict_by_landlock(folders, abi);
  done.processes = namespaced;
  done.files = done.storage || landlocked;
  drop_capabilities();
  done.calls = deny_system_calls({.processes = namespaced,
                                  .signals = namespaced || (landlocked && abi >= kAbiScopes),
                                  .attributes = done.storage,
                                  .driver = driver});
  return done;
}

fs::path scratch_name() {
  const char* given = std::getenv("TMPDIR");
  std::uint64_t number = 0;
  if (::getrandom(&number, sizeof number, 0) != ssize_t{sizeof number})
    throw MachineTrouble("getrandom", errno);
  std::error_code failed;
  fs::path folder;
  for (const char* candidate : {given ? given : "/tmp", "/tmp", "/var/tmp", kSharedMemory}) {
    folder = fs::absolute(candidate, failed);
    if (::access(folder.c_str(), W_OK | X_OK) == 0) break;
  }
  return folder / fmt::format("convgauge-{:016x}", number);
}

void make_scratch_folder(const fs::path& folder) {
  if (!folder.empty() && ::mkdir(folder.c_str(), 0700) != 0)
    throw MachineTrouble("making " + folder.string(), errno);
}

void remove_scratch_folder(const fs::path& folder) {
  std::error_code ignored;
  if (!folder.empty()) fs::remove_all(folder, ignored);
}

std::vector<std::string> not_enforced() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw MachineTrouble("pipe2", errno);
  const Descriptor in(ends[0]);
  Descriptor out(ends[1]);
  const auto child = ::fork();
  if (child == 0) {
    const auto done = try_it({"/tmp", {}});  // nothing is made there
    ::_exit(::write(out.get(), &done, sizeof done) != ssize_t{sizeof done});
  }
  out.reset();
  Contained done;
  if (::read(in.get(), &done, sizeof done) != ssize_t{sizeof done}) done = {};
  while (child > 0 && ::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  return sentences(done);
}

}  // namespace convgauge::worker
