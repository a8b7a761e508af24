// Cases of an earlier run measured again, two plugin files side by side in one interleaved run.
#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/expected.hpp"
#include "core/layers.hpp"
#include "record/record.hpp"
#include "worker/spawn.hpp"

namespace convgauge::run {

/// One of the two sides: a backend of a plugin file, with its options.
struct RemeasureSide {
  std::string backend, label;  // the labels of the two sides must differ
  std::filesystem::path plugin, library_path;
  std::map<std::string, std::string> options;
  std::vector<Tolerable> tolerated{};
  bool operator==(const RemeasureSide&) const = default;
};

/// Problems under one combination of settings.
struct RemeasureOrder {
  RemeasureSide baseline, candidate;
  std::vector<Problem> problems;
  CaseSettings settings;
  std::string algorithm = "default";
  std::string device;              // "cpu:0"
  int rounds = 21, processes = 1;  // rounds in each process
  std::chrono::milliseconds budget{10'000};
  std::uint64_t seed = 1;
  Program executable;
  std::filesystem::path out;  // folder for results.jsonl; empty: none
};

struct Remeasured {
  /// Null where the run was interrupted before.
  const CaseRecord *baseline = nullptr, *candidate = nullptr;
};
struct RemeasureResult {
  Results results;
  std::vector<Remeasured> pairs;  // one for each problem, in order; point into `results`
  bool interrupted = false;
};

/// [the driver's one thread] Verifies the cases again, then times them. `tell`: called as each
/// problem begins. Errors: a plugin that cannot be loaded or has no such backend.
Expected<RemeasureResult> remeasure(const RemeasureOrder& order,
                                    const std::function<void(const Problem&)>& tell,
                                    const std::function<bool()>& interrupted);

}  // namespace convgauge::run
