// The workers of a run: made when needed, kept from case to case, stopped while another one works.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/layers.hpp"
#include "run/cases.hpp"
#include "worker/worker.hpp"

namespace convgauge::run {

/// [the driver's one thread]
class Pool {
 public:
  /// `timed`: something will be measured, so workers wait as they would in production.
  /// `in_process`: see WorkerOptions. `pinned`: false leaves the choice of cores to the system, for
  /// several pools that work at once.
  Pool(Program executable, bool timed, bool in_process = false, bool pinned = true)
      : executable_(std::move(executable)),
        timed_(timed),
        in_process_(in_process),
        pinned_(pinned) {}

  const Program& executable() const { return executable_; }

  /// The worker for a competitor with this number of threads. All others are stopped if something
  /// is timed (otherwise idle workers do not spin). A worker that has ended is replaced.
  /// An error where the machine denies one: is_denied(). There is
  /// one process for each label, plugin, library path, options, device and number of threads: a
  /// plugin that is listed twice runs in two processes, and the ratio of their times shows the
  /// noise of the machine.
  /// Errors: the machine denies it; the plugin file is no longer the one that was described.
  CallResult<Worker*> worker(const Competitor& competitor, int threads);
  /// The same worker if it is alive, as it is; else null.
  Worker* living(const Competitor& competitor, int threads);
  /// Ends all workers: the next ones are fresh processes.
  void renew() { workers_.clear(); }

 private:
  Program executable_;
  bool timed_, in_process_, pinned_;
  std::map<std::string, std::unique_ptr<Worker>> workers_;
};

/// The first `threads` cores that this process may use, one processor of each; empty where there
/// are fewer.
std::vector<int> cpus_for(int threads);

}  // namespace convgauge::run
