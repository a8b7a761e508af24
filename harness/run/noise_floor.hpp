// The A/A noise floor: what a ratio of two times comes to on this machine, now, when nothing
// differs.
#pragma once
#include <filesystem>

namespace convgauge {

/// Three times two fresh processes of the built-in reference compute the same problem in mirrored
/// rounds, as any two backends would be measured; takes about half a second. How far the 99%
/// interval of the ratio of their times reaches from 1: 0.006 means that less than 0.6% is no
/// difference here. A loud machine has a high one. 0 where it could not be measured.
double measure_noise_floor(const std::filesystem::path& executable, int threads);

}  // namespace convgauge
