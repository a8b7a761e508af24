#include "cli/stored_results.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/options.hpp"
#include "record/run_parts.hpp"

namespace convgauge::cli {
namespace {

/// The folders of one run, as they were read.
struct Shards {
  std::vector<Results> results;
  std::vector<std::string> folders;

  bool takes(const HeaderRecord& header) const {
    return are_shards_of_one(results.front().header, header) &&
           std::none_of(results.begin(), results.end(),
                        [&](const Results& r) { return r.header.shard == header.shard; });
  }
};

/// A folder by itself whose shard is in a run of several folders already was not meant to be a run:
/// it goes to the others, where the overlap is told.
void gather_overlaps(std::vector<Shards>& groups) {
  for (auto& one : groups) {
    const auto other = std::find_if(groups.begin(), groups.end(), [&](const Shards& s) {
      return s.results.size() > 1 && one.results.size() == 1 &&
             are_shards_of_one(s.results.front().header, one.results.front().header);
    });
    if (other == groups.end()) continue;
    other->results.push_back(std::move(one.results.front()));
    other->folders.push_back(one.folders.front());
    one = {};
  }
  std::erase_if(groups, [](const Shards& s) { return s.results.empty(); });
}

Expected<StoredRun> joined(Shards shards) {
  if (shards.results.size() == 1)
    return StoredRun{std::move(shards.results.front()), std::move(shards.folders)};
  auto whole = join_shards(std::move(shards.results), shards.folders);
  if (!whole) return tl::unexpected(whole.error());
  return StoredRun{std::move(*whole), std::move(shards.folders)};
}

}  // namespace

Expected<std::vector<StoredRun>> stored_runs(const std::vector<std::string>& folders) {
  std::vector<Shards> groups;
  for (const auto& folder : folders) {
    auto results = read_results(folder);
    if (!results) return tl::unexpected(results.error());
    if (results->torn_bytes > 0)
      note(fmt::format("{}: the last line is torn ({} bytes) and left out", folder,
                       results->torn_bytes));
    auto group = std::find_if(groups.begin(), groups.end(),
                              [&](const Shards& s) { return s.takes(results->header); });
    if (group == groups.end()) group = groups.insert(groups.end(), Shards{});
    group->results.push_back(std::move(*results));
    group->folders.push_back(folder);
  }
  gather_overlaps(groups);
  std::vector<StoredRun> runs;
  for (auto& group : groups) {
    auto run = joined(std::move(group));
    if (!run) return tl::unexpected(run.error());
    runs.push_back(std::move(*run));
  }
  return runs;
}

}  // namespace convgauge::cli
