// Starting a worker process: its arguments, its environment, the descriptors that it finds open.
#pragma once
#include <sys/types.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "core/layers.hpp"
#include "core/rule.hpp"
#include "worker/descriptor.hpp"

namespace convgauge::worker {

struct WorkerOptions {
  bool tolerates(Tolerable rule) const {
    return std::ranges::find(tolerated, rule) != tolerated.end();
  }

  /// The program whose verb `worker` is run; "/proc/self/exe" for the driver itself.
  std::filesystem::path executable;
  std::string plugin;                  // a file, or "builtin:reference"
  std::filesystem::path library_path;  // put before LD_LIBRARY_PATH; may be empty
  std::vector<int> cpus;               // CPU mask; empty: as the driver's
  int threads = 1;                     // OMP_NUM_THREADS
  /// false: waiting OpenMP threads may sleep, unless the user has set OMP_WAIT_POLICY.
  bool timed = true;
  /// Runs in a thread of the driver, for a debugger: nothing is contained, no limit is kept.
  bool in_process = false;
  std::vector<Tolerable> tolerated{};  // rules whose breach is no failure
  bool operator==(const WorkerOptions&) const = default;
};

/// A process that was started, and the driver's ends: the socket, the warden's reports, standard
/// output and error.
struct Spawned {
  pid_t pid = -1;  // the warden's: leader of a process group of its own
  Descriptor socket, status, output, errors;
};

/// Makes this process the reaper of what a killed warden leaves, and closes its memory to debuggers
/// and to plugins of the same user. `crash`, `arena`: descriptors that
/// the worker gets as kCrashDescriptor and kArenaDescriptor. Throws MachineTrouble.
Spawned spawn_worker(const WorkerOptions& options, int crash, int arena);

}  // namespace convgauge::worker
