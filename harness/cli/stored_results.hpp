// The results of earlier runs, as report, compare and gate read them.
#pragma once
#include <string>
#include <vector>

#include "core/layers.hpp"
#include "record/record.hpp"

namespace convgauge::cli {

/// A run, and the folders that it was read from: several where they are its shards.
struct StoredRun {
  Results results;
  std::vector<std::string> folders;
};

/// Runs in the order of their first folders. Of the folders, those that are shards of one run are
/// joined; a shard that is there alone stays one. Where folders are the same shards of the same
/// config again, they are another run, unless there is only one of them. An incomplete last line is
/// reported on standard error. Errors: those of read_results(); of shards that are joined, those of
/// check_parts().
Expected<std::vector<StoredRun>> stored_runs(const std::vector<std::string>& folders);

}  // namespace convgauge::cli
