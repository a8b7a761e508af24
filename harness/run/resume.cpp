#include "run/resume.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include "core/layers.hpp"

namespace convgauge::run {
namespace {

std::optional<std::string> difference(const HeaderRecord& then, const HeaderRecord& now) {
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
  return std::nullopt;
}

/// Bytes of the file's first `lines` lines.
std::size_t bytes_of_lines(const std::filesystem::path& file, std::size_t lines) {
  std::ifstream in(file, std::ios::binary);
  std::size_t bytes = 0;
  std::string line;
  for (; lines > 0 && std::getline(in, line); --lines) bytes += line.size() + 1;
  return bytes;
}

}  // namespace

Expected<Resumed> resume(const std::filesystem::path& file, const Results& found,
                         const HeaderRecord& now) {
  if (const auto bad = difference(found.header, now))
    return error(fmt::format("{}: cannot be resumed: {}", file.string(), *bad));
  std::map<std::int64_t, std::int64_t> lines;
  for (const auto& c : found.cases) ++lines[c.position.problem];
  // Lines are written problem by problem, so only the last one can lack some.
  Resumed r{found.cases, {}, 0};
  while (!r.cases.empty() && lines[r.cases.back().position.problem] < r.cases.back().position.cases)
    r.cases.pop_back();
  for (const auto& c : r.cases) r.problems.insert(c.position.problem);
  r.keep_bytes = bytes_of_lines(file, 1 + r.cases.size());
  return r;
}

}  // namespace convgauge::run
