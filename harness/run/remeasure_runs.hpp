// Cases of two finished runs measured again, each beside its counterpart: all cases with the same
// two plugin files and the same settings in one interleaved run.
#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/layers.hpp"
#include "run/remeasure.hpp"

namespace convgauge::run {

/// A run as it was read, and its folder.
struct FinishedRun {
  Results results;
  std::filesystem::path folder;
};

/// The same case in both runs; both outlive the measuring.
struct CasePair {
  const CaseRecord *baseline = nullptr, *candidate = nullptr;
};

struct RemeasureRunsOrder {
  const FinishedRun *baseline = nullptr, *candidate = nullptr;
  std::vector<CasePair> pairs;
  std::vector<std::filesystem::path> baseline_files, candidate_files;  // plugins to try first
  /// false: a pair that ran on one plugin file is not measured if both runs timed it
  bool same_plugins_too = false;
  int rounds = 21, processes = 1;
  std::chrono::milliseconds budget{10'000};
  Program executable;
  std::filesystem::path out;  // folder; empty: no results are written
};

/// Calls come from the driver's thread. `pair`: the index into the order's pairs. Each pair is
/// reported once, except those that an interrupted run did not reach.
struct RemeasureRunsHooks {
  std::function<void(std::size_t pair, const Remeasured&)> measured;
  std::function<void(std::size_t pair, std::string why)> same_plugin, not_here;
  /// The libraries that the plugin loads are not known to be the same in both runs, in words.
  /// Called first, and alone where the plugin file is the same: both sides would now load the same
  /// ones, so that measuring again tells nothing of them.
  std::function<void(std::size_t pair, std::string text)> other_libraries;
  /// The `number`th of `count` cases begins.
  std::function<void(int number, int count, const std::string& label, const Problem&)> begins;
  std::function<bool()> interrupted;
};

/// [the driver's one thread] Errors: as remeasure().
Expected<void> remeasure_runs(const RemeasureRunsOrder& order, const RemeasureRunsHooks& hooks);

}  // namespace convgauge::run
