// Continues a run that was cut off: decides what is done, and whether this is the same run.
#pragma once
#include <set>
#include <span>

#include "core/layers.hpp"
#include "record/record.hpp"

namespace convgauge::run {

/// The problems that an earlier run completed; lines of a problem that was cut off do not count.
struct Resumed {
  std::vector<CaseRecord> cases;
  std::set<std::int64_t> problems;  // indices into the suite
  std::size_t keep_bytes = 0;       // of the file: the header and these cases
};

/// `found` was read from `file`; `now` is the header that the continuing run would write. Refuses
/// where config, shard, plugins or machine differ, and says which. A problem with a case whose
/// outcome is one of `retry` does not count as completed, though its cases are kept: all of it is
/// measured again, since times are compared within one run of a problem.
Expected<Resumed> resume(const std::filesystem::path& file, const Results& found,
                         const HeaderRecord& now, std::span<const Outcome> retry = {});

}  // namespace convgauge::run
