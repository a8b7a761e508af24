// A whole run: every problem of a suite, verified, measured where asked for, and recorded as it
// happens.
#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "config/suite.hpp"
#include "core/layers.hpp"
#include "record/record.hpp"
#include "run/cases.hpp"
#include "run/catalog.hpp"
#include "run/dump_case.hpp"
#include "run/shrink_case.hpp"
#include "worker/spawn.hpp"

namespace convgauge::run {

struct SweepOptions {
  bool measure = true;
  bool fail_fast = false;
  bool first_failures = false;  // a backend is dropped at its first failure
  bool in_process = false;      // see WorkerOptions
  int jobs = 0;                 // problems verified at once; 0: see jobs_of()
  int shard = 0, shards = 1;    // problems whose index modulo shards is shard
  std::vector<Placement> placements{Placement::end, Placement::start};
  Program executable;
  std::string command;         // for the header
  std::filesystem::path out;   // folder of results.jsonl; empty: nothing is written
  bool resume = false;         // continue the file in `out`
  std::vector<Outcome> retry;  // with resume: problems with such a case are measured again
  bool measure_machine_peaks = true;
  DumpOrder dump;
  ShrinkBudget shrink;  // verify only: what measuring finds is not shrunk
};

/// The progress of a run. All calls come from the thread that called sweep(), none while something
/// is timed.
struct Progress {
  std::int64_t done = 0, problems = 0;
  /// Cases of this call that are recorded, and all of it: problems that were finished earlier, or
  /// that are another shard's, do not count.
  std::int64_t cases_done = 0, cases = 0;
  const Problem* problem = nullptr;  // the one at hand, or about to start; null at the end
};

struct SweepHooks {
  std::function<void(const Progress&)> progress;
  std::function<void(const CaseRecord&)> record;
  /// Asked between cases, and between trials of shrinking; with several jobs by any thread.
  std::function<bool()> interrupted;
};

struct SweepResult {
  Results results;  // of a resumed run: with the earlier records
  bool interrupted = false;
};

/// [the driver's one thread] Errors: a backend that is required or misnamed and not available,
/// files that cannot be written, a header that differs from the resumed run's, several processes
/// with in_process; a plugin file or a library that was replaced during the run: the problem at
/// hand is not recorded, the earlier ones are.
Expected<SweepResult> sweep(const Suite& suite, const Catalog& catalog, const SweepOptions& options,
                            const SweepHooks& hooks);

}  // namespace convgauge::run
