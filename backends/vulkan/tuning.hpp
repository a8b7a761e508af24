// The choice among candidates by timing them on the device: only where the options ask for it.
#pragma once
#include <convgauge/plugin.h>

#include <string>
#include <vector>

#include "candidates.hpp"
#include "settings.hpp"

namespace convgauge::backends::vulkan {

/// `all` with the fastest first. What was chosen once in this process, or stands in the file of
/// tune_cache, is not timed again; a new choice is appended to that file. Buffers of the problem's
/// size are made for it, and freed. [main]
std::vector<Candidate> tuned(std::vector<Candidate> all, const cvg_spec& spec,
                             const cvg_settings& settings, const Options& options);

}  // namespace convgauge::backends::vulkan
