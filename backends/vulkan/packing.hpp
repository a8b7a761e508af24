// Packs weights and bias, on the host, into the layout that the kernels read.
#pragma once
#include <cstddef>
#include <vector>

#include "program.hpp"

namespace convgauge::backends::vulkan {

/// The whole packed buffer, program.packed_bytes long. `weights`: (out, in / groups, height, width)
/// of the problem's type; `bias` of the same type, or null for none.
std::vector<std::byte> pack(const Program& program, const Shape& shape, const void* weights,
                            const void* bias);

/// An element of `storage` as f32, without rounding.
float widened(Storage storage, const void* elements, std::int64_t index);

}  // namespace convgauge::backends::vulkan
