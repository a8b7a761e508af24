// The shards of a run: whether several folders are all of one run, and the header of the whole.
#pragma once
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/expected.hpp"
#include "core/layers.hpp"
#include "core/words.hpp"
#include "record/attempts.hpp"
#include "record/record.hpp"

namespace convgauge::record {

/// What makes folders parts of one run no longer, unless it is allowed.
enum class PartRule {
  machines,   // processor, cores, caches, CPU quota: not the host's name
  plugins,    // labels, hashes, devices, libraries
  configs,    // the digest
  convgauge,  // version, revision, compiler
  holes       // problems and shards that are not there
};
using Allowed = std::set<PartRule>;

/// A folder of results as a part of a run.
struct RunPart {
  std::string folder;
  HeaderRecord header;
  std::vector<Attempt> problems;  // that_count()
};

/// The part that results are.
RunPart part_of(const std::string& folder, const Results& results);

/// Whether the parts are all shards of one run, each problem once; one part may be a whole run. The
/// error names the folders, the rule, and what breaks it: a folder that is no shard, of other
/// shards, given twice; problems that are in two folders, or in none; and, where they are not
/// allowed, differences (PartRule).
Expected<void> check_parts(const std::vector<RunPart>& parts, const Allowed& allowed = {});

/// Two headers of one run belong together: same config, and as many shards.
bool are_shards_of_one(const HeaderRecord& a, const HeaderRecord& b);

/// Indices of parts by their kind of machine, in the order in which they come first.
std::vector<std::vector<std::size_t>> by_machine(const std::vector<RunPart>& parts);

/// The header of these parts as one run: that of the first, started when the first did, with the
/// largest noise floor, and what each part was.
HeaderRecord merged_header(const std::vector<const RunPart*>& parts);

/// Results that are all shards of one run, as this run: cases in order of the problems. `names`:
/// the folders.
Expected<Results> join_shards(std::vector<Results> shards, const std::vector<std::string>& names);

}  // namespace convgauge::record

namespace convgauge {

template <>
struct Words<record::PartRule> {
  static constexpr std::string_view what = "difference";
  static constexpr std::array<std::string_view, 5> words{"machines", "plugins", "configs",
                                                         "convgauge", "holes"};
};

}  // namespace convgauge
