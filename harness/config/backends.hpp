// "backends", "baseline_backend" and "known" of a config: who is asked, who is the measure, and
// whose failure is news to nobody.
#pragma once
#include <vector>

#include "config/place.hpp"
#include "config/suite.hpp"

namespace convgauge {

/// Words or objects; every label is there and unique. `folder`: what relative paths start from.
Expected<std::vector<BackendChoice>> read_backends(const Json& list, const Place& place,
                                                   const std::filesystem::path& folder);

Expected<std::vector<Known>> read_known(const Json& list, const Place& place);

/// Nothing if `label` is one of `backends`, or none are listed.
Expected<void> check_baseline(const std::string& label, const Place& place,
                              const std::vector<BackendChoice>& backends);

}  // namespace convgauge
