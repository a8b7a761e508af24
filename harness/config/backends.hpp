// "backends", "baseline_backend" and "known" of a config: which backends run, which one the others
// are compared with, and which failures are expected.
#pragma once
#include <vector>

#include "config/place.hpp"
#include "config/suite.hpp"
#include "core/layers.hpp"

namespace convgauge::config {

/// Each element is a name or an object; in the result every label is set and unique. `folder`: what
/// relative paths start from.
Expected<std::vector<BackendChoice>> read_backends(const Json& list, const Place& place,
                                                   const std::filesystem::path& folder);

Expected<std::vector<Known>> read_known(const Json& list, const Place& place);

/// An error unless `label` is one of `backends`, or `backends` is empty.
Expected<void> check_baseline(const std::string& label, const Place& place,
                              const std::vector<BackendChoice>& backends);

}  // namespace convgauge::config
