// The shape of an error region in words: "all of the last 3 columns", "output channels >= 48", "group 1 only".
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/geometry.hpp"

namespace convgauge {

/// `bad` has one entry for each output, contiguous NCHW of g.dst_shape(), nonzero where it is wrong; at least one is.
std::string describe_region(const Geometry& g, const std::vector<std::uint8_t>& bad);

}  // namespace convgauge
