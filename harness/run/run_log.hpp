// The results of a run as they are written: each line is on disk before the case is reported.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <span>

#include "core/layers.hpp"
#include "record/record.hpp"
#include "run/sweep.hpp"

namespace convgauge::run {

/// [one thread]
class RunLog {
 public:
  /// Starts results.jsonl in options.out, or continues it (options.resume): header and cases are
  /// then those of the file. A file that was cut off in its header is begun anew. Errors: files
  /// that cannot be written; a header that differs from that of the resumed run.
  static Expected<RunLog> open(HeaderRecord header, const SweepOptions& options);

  const HeaderRecord& header() const { return results_.header; }
  /// Header and cases so far.
  const Results& results() const { return results_; }
  /// Whether the resumed run has already done this problem of the suite.
  bool has(std::int64_t problem) const { return done_.contains(problem); }
  Expected<void> append(CaseRecord record);
  /// Moves the results out; the log is not used after that.
  Results take() { return std::move(results_); }

 private:
  Expected<void> resume_from(const std::filesystem::path& file, std::span<const Outcome> retry);
  /// Adds the case to the results; one that was measured again replaces its earlier record.
  void keep(CaseRecord record);
  Results results_;
  std::set<std::int64_t> done_;
  /// Where each case is in results_.cases, by its problem and its index among that problem's cases.
  std::map<std::pair<std::int64_t, std::int64_t>, std::size_t> places_;
  std::optional<ResultsWriter> writer_;  // empty where nothing is written
};

}  // namespace convgauge::run
