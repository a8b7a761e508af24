// A failure as a config that `convgauge verify` runs as it is.
#pragma once
#include <filesystem>
#include <string>

#include "record/record.hpp"
#include "run/cases.hpp"

namespace convgauge {

/// The smallest case where there is one, else the failing case itself.
Suite regression_suite(const CaseRecord& record, const Competitor& competitor,
                       const VerifySettings& verify, const std::string& name);

/// "onednn-n1c2h1w1_o2k1g2_nobias-nhwc.json": what the suite is about, as a file name.
std::string regression_name(const CaseRecord& record);

}  // namespace convgauge
