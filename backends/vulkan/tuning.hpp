// Chooses among candidates by timing them on the device, only where the option tune asks for it.
#pragma once
#include <convgauge/plugin.h>

#include <string>
#include <vector>

#include "candidates.hpp"
#include "settings.hpp"

namespace convgauge::backends::vulkan {

/// `all`, with the fastest first. A choice that was made before in this process, or that is in the
/// file of tune_cache, is used without timing; a new choice is appended to that file. Timing
/// allocates buffers of the problem's size, and frees them. [main]
std::vector<Candidate> tuned(std::vector<Candidate> all, const cvg_spec& spec,
                             const cvg_settings& settings, const Options& options);

}  // namespace convgauge::backends::vulkan
