// Random legal cases on every competitor, until the time or count is used up; what fails is shrunk
// and kept as a config.
#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/layers.hpp"
#include "record/record.hpp"
#include "run/cases.hpp"
#include "run/shrink_case.hpp"
#include "verify/coverage.hpp"
#include "worker/spawn.hpp"

namespace convgauge::run {

struct FuzzOptions {
  std::uint64_t seed = 1, from = 0;  // the sequence, and the index it begins at
  std::optional<std::uint64_t> count;
  std::chrono::milliseconds time{60'000};
  /// Values to choose from: the random choice, as an index modulo the length of the list, picks one
  /// of them. Empty: all.
  std::vector<int> threads;
  std::vector<Dtype> dtypes;
  std::vector<Layout> layouts;
  std::vector<Direction> directions{Direction::forward};  // taken in turn by the case's index
  VerifySettings verify;
  bool more_fills = true;  // half of the cases get one further fill
  std::vector<Placement> placements{Placement::end, Placement::start};
  Program executable;
  std::filesystem::path regressions;  // folder of the configs; empty: none are written
  ShrinkBudget shrink;
  bool fail_fast = false;
  int lanes = 1;  // cases that run at once, each with workers of its own
};

struct FuzzFailure {
  std::uint64_t index = 0;  // in the sequence
  CaseRecord record;
  std::filesystem::path regression;  // empty where none was written
  /// Later failures of the same smallest case or, where none was found, of the same diagnosis.
  std::int64_t alike = 0;
};

struct FuzzTally {
  std::map<std::string, std::int64_t> kinds;     // verdict kind -> cases
  std::map<std::string, std::int64_t> refusals;  // reason word -> cases
};

struct FuzzResult {
  std::uint64_t problems = 0, next = 0;  // next: the first index that was not begun
  std::int64_t cases = 0;
  double seconds = 0;
  Coverage coverage;
  std::map<std::string, FuzzTally> tallies;  // by label
  std::vector<FuzzFailure> failures;         // by index; duplicates are counted in `alike`
  bool interrupted = false;
};

/// progress and failure are called one at a time, from any lane; interrupted may be called from
/// several lanes at once.
struct FuzzHooks {
  std::function<void(const FuzzResult&)> progress;  // after each problem
  std::function<void(const FuzzFailure&)> failure;  // the first of its kind
  std::function<bool()> interrupted;
};

/// Verifies the cases of the sequence on every competitor, each case against one reference. A case
/// that asks for another algorithm than the backend's own choice takes one from the backend's list,
/// by a random number modulo its length. Errors: a regression that cannot be written. Throws
/// MachineTrouble where the machine denies a worker.
Expected<FuzzResult> fuzz(const std::vector<Competitor>& competitors, const FuzzOptions& options,
                          const FuzzHooks& hooks);

/// 130 (interrupted), 4 (crashed, hung, trespassed), 1 (a wrong or failed result), 0 (something
/// agrees), 6 (nothing ran): the first that applies.
int exit_code(const FuzzResult& result);

}  // namespace convgauge::run
