// Merges the folders of shards into one run, without holding their cases in memory.
#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/expected.hpp"
#include "core/layers.hpp"
#include "record/run_parts.hpp"

namespace convgauge::record {

struct MergeOrder {
  std::vector<std::string> folders;  // of the shards, or their results.jsonl
  std::filesystem::path out;         // a new folder, or an empty one
  Allowed allowed;
  std::function<bool()> interrupted;  // asked now and then, by several threads
};

/// What one results file was made of.
struct MergedRun {
  std::filesystem::path folder;
  HeaderRecord header;
  std::int64_t problems = 0, cases = 0;
};

/// Writes results.jsonl to `out`: the header, then the lines of each problem as they are in its
/// shard, in order of the problems; of a problem that was measured again, those that count. Where
/// the shards are from several kinds of machine and that is allowed, `out` gets a folder for each:
/// machine-1, machine-2, ... The folder appears once all of it is written. Memory: about 100 bytes
/// a problem and 256 MiB. Errors: those of check_parts(), with allowed.machines as well; a folder
/// given twice; a file that cannot be read, is being written, or has a line that is no JSON, no
/// case, or of a problem that is not its shard's (all other fields are read when a report is made);
/// `out` that is not empty or cannot be written. Empty: interrupted.
Expected<std::vector<MergedRun>> merge(const MergeOrder& order);

}  // namespace convgauge::record
