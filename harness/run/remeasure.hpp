// Cases of an earlier run measured again, two plugin files side by side in one interleaved run.
#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/expected.hpp"
#include "record/record.hpp"

namespace convgauge {

/// One of the two sides: a backend of a plugin file, with its options.
struct RemeasureSide {
  std::string backend, label;  // labels differ
  std::filesystem::path plugin, library_path;
  std::map<std::string, std::string> options;
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
  std::filesystem::path executable, out;  // out: folder for results.jsonl; empty: none
};

struct Remeasured {
  const CaseRecord *baseline = nullptr,
                   *candidate = nullptr;  // null where it was interrupted before
};
struct RemeasureResult {
  Results results;
  std::vector<Remeasured> pairs;  // one for each problem, in order; into `results`
  bool interrupted = false;
};

/// [the driver's one thread] Verified again, then timed. `tell`: each problem as it begins. Errors:
/// a plugin that cannot be loaded or has no such backend.
Expected<RemeasureResult> remeasure(const RemeasureOrder& order,
                                    const std::function<void(const Problem&)>& tell,
                                    const std::function<bool()>& interrupted);

}  // namespace convgauge
