// The A/A noise floor: how much two processes of the same code seem to differ on this machine now.
#pragma once
#include <filesystem>

#include "core/layers.hpp"
#include "worker/spawn.hpp"

namespace convgauge::run {

/// Two fresh processes of the built-in reference compute the same problem in `rounds` mirrored
/// rounds, as any two backends of one run are measured; with four such pairs of processes, in about
/// two seconds. Returns the largest difference that one pair showed, of the medians of its ratios
/// (largest_difference()): 0.006 means that differences below 0.6% mean nothing here. High on a
/// noisy machine. 0 where it could not be measured.
double measure_noise_floor(const Program& executable, int threads, int rounds);

}  // namespace convgauge::run
