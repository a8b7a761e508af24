// Continues a run that was cut off: decides what is done, and whether this is the same run.
#pragma once
#include <set>

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
/// where config, plugins or machine differ, and says which.
Expected<Resumed> resume(const std::filesystem::path& file, const Results& found,
                         const HeaderRecord& now);

}  // namespace convgauge::run
