// The command line that repeats one case.
#pragma once
#include <string>

#include "core/layers.hpp"
#include "record/record.hpp"
#include "run/cases.hpp"

namespace convgauge::run {

/// `verb`: "bench" or "verify". Contains only what differs from the defaults, and always the
/// threads. Words that a shell would split are quoted.
std::string replay_line(const char* verb, const CaseRecord& record, const Competitor& competitor,
                        const VerifySettings& verify, const std::vector<Placement>& placements);

}  // namespace convgauge::run
