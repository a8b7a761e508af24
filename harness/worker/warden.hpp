// The process between driver and worker: it kills whatever a plugin started and left.
#pragma once
#include <cstdint>

#include "core/layers.hpp"
#include "worker/child.hpp"

namespace convgauge::worker {

/// The first report on kStatusDescriptor. pid: the worker's process id where it has no PID
/// namespace of its own, else 0.
struct WorkerStart {
  int pid = 0;
};

/// The second report, when the worker has ended.
struct WorkerEnd {
  int wait_status = 0;          // as of waitpid
  int left_processes = 0;       // 1: the worker left processes behind (R17); they have been killed
  std::int64_t peak_bytes = 0;  // the most memory that the worker held at once
};

/// The signal at which a warden ends its worker, and all that is left of it, and then itself, as it
/// does when the driver ends. Nobody but the driver sends it: SIGTERM to the whole group, say, is a
/// plugin's doing.
int signal_to_end();

/// Runs a worker as a descendant of this process and reports its end. Where the system allows it,
/// the worker lives in a PID namespace of its own, whose end kills all processes in it, also those
/// that have left the process group; elsewhere the warden is the subreaper and kills until nothing
/// is left. Never returns.
[[noreturn]] void run_warden(const ChildOptions& options);

}  // namespace convgauge::worker
