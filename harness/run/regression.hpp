// A failure as a config that `convgauge verify` can run.
#pragma once
#include <filesystem>
#include <string>

#include "core/layers.hpp"
#include "record/record.hpp"
#include "run/cases.hpp"

namespace convgauge::run {

/// A suite of the smallest case, or of the failing case itself where none was found.
Suite regression_suite(const CaseRecord& record, const Competitor& competitor,
                       const VerifySettings& verify, const std::string& name);

/// "onednn-n1c2h1w1_o2k1g2_nobias-nhwc": label, problem and settings, as a file name without
/// extension.
std::string regression_name(const CaseRecord& record);

}  // namespace convgauge::run
