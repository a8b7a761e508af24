// What keeps a plugin from what is not its own: files, other processes, the rest of the system.
#pragma once
#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "core/layers.hpp"

namespace convgauge::worker {

/// Folders of one worker.
struct ContainedFolders {
  /// The one folder that it may write; made by its warden. Empty: the worker is trusted, nothing is
  /// contained.
  std::filesystem::path scratch;
  /// Whose files it must not read: the reference cache. Empty: none.
  std::filesystem::path hidden;
  bool operator==(const ContainedFolders&) const = default;
};

/// What of it this machine has let convgauge do.
struct Contained {
  /// Other processes are out of reach, by a PID namespace. Else their memory, their signals and the
  /// driver are.
  bool processes = false;
  /// Nothing but the scratch folder and /dev/shm can be written, by a mount namespace or Landlock.
  bool files = false;
  /// The scratch folder and /dev/shm are the worker's own and of limited size, and the hidden
  /// folder cannot be read: by a mount namespace.
  bool storage = false;
  /// System calls that reach other programs, change the machine or file attributes are denied, by
  /// seccomp.
  bool calls = false;
  /// The number of processes and threads is limited: of ordinary users by a resource limit, of root
  /// by the PID namespace (from Linux 6.14 on).
  bool tasks = false;
};

/// A name that nothing has, below $TMPDIR, /tmp, /var/tmp or /dev/shm: the first that can be
/// written. Throws MachineTrouble.
std::filesystem::path scratch_name();
/// By the warden, which removes it however the driver ends. Nothing where the name is empty. Throws
/// MachineTrouble.
void make_scratch_folder(const std::filesystem::path& folder);
/// With all that is in it.
void remove_scratch_folder(const std::filesystem::path& folder);

/// In the warden, which has one thread: lets its next child be the first process of a PID
/// namespace. As an ordinary user (and not `trusted`) by way of a user namespace, in which user and
/// group are the same. False where the machine does not let it.
bool enter_pid_namespace(bool trusted);

/// In the first process of that namespace: gives it mounts and System V shared memory of its own.
/// False where the machine does not let it.
bool enter_mount_namespace();

/// In the worker, before a plugin is loaded and while there is one thread: what follows in this
/// process and its children can write `folders.scratch` and /dev/shm only, and reaches no other
/// process. What is refused fails with EPERM, EACCES or EROFS, and ends nothing: libraries probe.
/// Files can be read; threads, memory, GPUs, processors and limits of its own are left to it.
/// `namespaced`: both namespaces above were entered. `driver`: its process id, where they were not.
Contained contain(const ContainedFolders& folders, bool namespaced, pid_t driver = 0);

/// One sentence for each thing that this machine does not let convgauge enforce: tried in a child
/// process, which takes some milliseconds. Empty: all of it is enforced. Throws MachineTrouble.
std::vector<std::string> not_enforced();

}  // namespace convgauge::worker
