#include "run/resume.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include "core/layers.hpp"
#include "record/classify.hpp"

namespace convgauge::run {
namespace {

/// "--shard 1/4", or "no --shard".
std::string shard_text(const HeaderRecord& header) {
  return header.shards == 0 ? "no --shard"
                            : fmt::format("--shard {}/{}", header.shard + 1, header.shards);
}

std::optional<std::string> difference(const HeaderRecord& then, const HeaderRecord& now) {
  if (then.shard != now.shard || then.shards != now.shards)
    return fmt::format("it was made with {}, and this command has {}", shard_text(then),
                       shard_text(now));
  if (then.config_digest != now.config_digest) return "the config has changed";
  if (then.machine.processor != now.machine.processor || then.machine.cores != now.machine.cores)
    return fmt::format("it was made on another machine ({}, {} cores)", then.machine.processor,
                       then.machine.cores);
  std::map<std::string, std::string> hashes;
  for (const auto& plugin : then.plugins) hashes[plugin.label] = plugin.hash;
  for (const auto& plugin : now.plugins) {
    const auto found = hashes.find(plugin.label);
    if (found == hashes.end()) return fmt::format("backend '{}' was not in it", plugin.label);
    if (found->second != plugin.hash)
      return fmt::format("the plugin of '{}' has changed", plugin.label);
    hashes.erase(found);
  }
  if (!hashes.empty())
    return fmt::format("backend '{}' is not here any more", hashes.begin()->first);
  auto now_loaded = loaded_libraries({now, {}});
  for (const auto& [label, libraries] : loaded_libraries({then, {}}))
    if (const auto changes = library_changes(libraries, now_loaded[label]); !changes.empty())
      return fmt::format("the plugin of '{}' is the same, but not a library that it loads: {}",
                         label, change_text(changes.front()));
  return std::nullopt;
}

}  // namespace

Expected<Resumed> resume(const std::filesystem::path& file, const Results& found,
                         const HeaderRecord& now, std::span<const Outcome> retry) {
  if (const auto bad = difference(found.header, now))
    return error(fmt::format("{}: cannot be resumed: {}", file.string(), *bad));
  std::map<std::int64_t, std::int64_t> lines;
  for (const auto& c : found.cases) ++lines[c.position.problem];
  Resumed r{found.cases, {}, found.settled_bytes};
  std::erase_if(r.cases, [&](const CaseRecord& c) {  // of a problem that was cut off
    return lines[c.position.problem] < c.position.cases;
  });
  std::set<std::int64_t> again;
  for (const auto& c : r.cases) {
    r.problems.insert(c.position.problem);
    // What the machine denied was not done.
    if (is_denied(c.verdict) ||
        std::find(retry.begin(), retry.end(), row_of(c).outcome) != retry.end())
      again.insert(c.position.problem);
  }
  for (const auto problem : again) r.problems.erase(problem);
  return r;
}

}  // namespace convgauge::run
