// The results of a run as they are written: each line on disk before the next case is told.
#pragma once
#include <optional>
#include <set>

#include "record/record.hpp"
#include "run/sweep.hpp"

namespace convgauge {

/// [one thread]
class RunLog {
 public:
  /// Starts results.jsonl in options.out, or continues it (options.resume): then the header and the
  /// cases are those that it has. Errors: files that cannot be written, a header that differs from
  /// the resumed run's.
  static Expected<RunLog> open(HeaderRecord header, const SweepOptions& options);

  const HeaderRecord& header() const { return results_.header; }
  /// Whether a resumed run has this problem of the suite already.
  bool has(std::int64_t problem) const { return done_.contains(problem); }
  Expected<void> append(CaseRecord record);
  /// Ends the log.
  Results take() { return std::move(results_); }

 private:
  Expected<void> resume_from(const std::filesystem::path& file);
  Results results_;
  std::set<std::int64_t> done_;
  std::optional<ResultsWriter> writer_;  // empty where nothing is written
};

}  // namespace convgauge
