// Starting a worker process: its arguments, its environment, the descriptors that it finds open.
#pragma once
#include <sys/types.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/layers.hpp"
#include "core/rule.hpp"
#include "worker/descriptor.hpp"

namespace convgauge::worker {

/// What is started as a worker.
struct Program {
  Program() = default;
  Program(std::filesystem::path its_file, bool is_trusted = false)
      : file(std::move(its_file)), trusted(is_trusted) {}
  bool operator==(const Program&) const = default;

  /// The program whose verb `worker` is run; "/proc/self/exe" for the driver itself.
  std::filesystem::path file;
  /// --trust: the plugin is kept from nothing (containment.hpp); its crashes, its time and what it
  /// leaves are still those of a process of its own.
  bool trusted = false;
};

struct WorkerOptions {
  bool tolerates(Tolerable rule) const {
    return std::ranges::find(tolerated, rule) != tolerated.end();
  }

  Program executable;
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
/// and to plugins of the same user. `scratch`: ContainedFolders::scratch. `crash`, `arena`:
/// descriptors that the worker gets as kCrashDescriptor and kArenaDescriptor. Throws
/// MachineTrouble.
Spawned spawn_worker(const WorkerOptions& options, const std::filesystem::path& scratch, int crash,
                     int arena);

}  // namespace convgauge::worker
