// The process between driver and worker: nothing that a plugin starts outlives it.
#pragma once
#include "worker/child.hpp"

namespace convgauge {

/// First on kStatusDescriptor: the worker's process id where it has none of a namespace of its own,
/// else 0. The driver kills that process alone, and lets the warden clean up after it.
struct WorkerStart {
  int pid = 0;
};

/// Then, when the worker has ended.
struct WorkerEnd {
  int wait_status = 0;     // as of waitpid
  int left_processes = 0;  // 1: the worker left processes behind (R17); they have been killed
};

/// Runs a worker below this process and reports its end. Where the system allows it, the worker
/// lives in a PID namespace of its own, whose end kills all that is in it, also what has left the
/// process group; elsewhere the warden is the subreaper and kills until nothing is left. Never
/// returns.
[[noreturn]] void run_warden(const ChildOptions& options);

}  // namespace convgauge
