// Common parts of all kernels' programs: parts of the batch, steps with the problem's constants,
// grids, weights.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "program.hpp"

namespace convgauge::backends::vulkan {

inline constexpr int kSpecial = 20;  // constant_id of a shader's first own constant

std::uint32_t number(std::int64_t value);

/// Consecutive images of the batch, with the windows that hold them.
struct Part {
  std::int64_t images = 0;
  Window src{}, dst{};
  Push push{};
};
std::vector<Part> parts_of(const Shape& shape, const Limits& limits, std::int64_t most_images);

/// How many images the windows of one dispatch can hold. Throws cvg::Refused where one image is too
/// large.
std::int64_t images_within_range(const Shape& shape, const Limits& limits);

/// A step with the constants that every shader has.
Step step_of(Shader shader, const Shape& shape, std::int64_t threads);

/// A one-dimensional grid, folded where it is longer than the device's first dimension.
std::array<std::uint32_t, 3> folded(std::int64_t groups, const Limits& limits);

/// Sets the sizes and offsets of the packed weights and of the bias after them. Throws cvg::Refused
/// where they are too large for a window.
void place_weights(Program& program, std::int64_t bytes, const Shape& shape, const Limits& limits);

/// A step of igemm, its grid, and the bytes of its packed rows.
Step gemm_step(const Shape& shape, const Tile& tile, bool tap_outer, bool add_bias);
std::array<std::uint32_t, 3> gemm_groups(const Shape& shape, const Tile& tile,
                                         std::int64_t columns);
std::int64_t packed_rows_bytes(const Shape& shape, const Tile& tile, std::int64_t depth,
                               std::int64_t element_bytes);

/// build() for Kind::winograd, in winograd_program.cpp.
Program build_winograd(const Candidate& candidate, const Shape& shape, const Limits& limits);

}  // namespace convgauge::backends::vulkan
