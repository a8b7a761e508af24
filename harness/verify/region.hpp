// The shape of an error region in words: "all of the last 3 columns", "output channels >= 48",
// "group 1 only".
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/layers.hpp"
#include "core/spec.hpp"

namespace convgauge::verify {

/// `bad` has one entry for each element of the tensor that was written, contiguous in the order of
/// its shape, nonzero where it is wrong; at least one is.
std::string describe_region(const Spec& spec, TensorRole role,
                            const std::vector<std::uint8_t>& bad);

}  // namespace convgauge::verify
