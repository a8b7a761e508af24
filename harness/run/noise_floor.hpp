// The A/A noise floor: how much two processes of the same code seem to differ on this machine now.
#pragma once
#include <filesystem>

#include "core/layers.hpp"

namespace convgauge::run {

/// Two fresh processes of the built-in reference compute the same problem in mirrored rounds, as
/// any two backends would be measured; three times, in about half a second. Returns how far the 99%
/// interval of the ratio of their times reaches from 1: 0.006 means that differences below 0.6%
/// mean nothing here. High on a noisy machine. 0 where it could not be measured.
double measure_noise_floor(const std::filesystem::path& executable, int threads);

}  // namespace convgauge::run
