// A plan that does not depend on buffers yet: the dispatches that compute it, and how its weights
// are packed.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "shape.hpp"
#include "tiles.hpp"

namespace convgauge::backends::vulkan {

/// The buffer that a shader's binding refers to. none: the shader does not use the binding.
enum class Place { src, packed, dst, transformed, products, none };

/// The part of a buffer from `offset` bytes on. `offset` is a multiple of the device's alignment.
struct Window {
  Place place = Place::none;
  std::int64_t offset = 0;
  bool operator==(const Window&) const = default;
};

inline constexpr int kConstants = 32;  // specialization constants, by their constant_id in shaders/
inline constexpr int kBindings = 4;

/// Push constants: images of this dispatch, and the first element of source and destination in
/// their windows.
struct Push {
  std::uint32_t images = 0, src_base = 0, dst_base = 0;
};

/// One dispatch.
struct Step {
  Shader shader = Shader::direct;
  Storage storage = Storage::f32;
  std::array<std::uint32_t, kConstants> constants{};
  std::array<Window, kBindings> windows{};
  Push push{};
  std::array<std::uint32_t, 3> groups{1, 1, 1};
  bool after_previous = false;  // reads what the step before wrote
};

/// How weights lie in the packed buffer; the bias, in f32, zeros where there is none, follows at
/// bias_offset.
enum class Packing {
  plain,       // (out, in / groups, height, width), in the problem's type
  depth_rows,  // igemm: [group][depth][row], both padded with zeros
  taps,        // depthwise: [tap][out channel]
  winograd,    // G g G^T in f32: [point][group][depth][row], padded
};

struct Program {
  std::vector<Step> steps;
  Packing packing = Packing::plain;
  Tile tile{};            // depth_rows, winograd
  bool tap_outer = true;  // depth_rows: taps before channels
  int winograd_tile = 0;
  std::int64_t weight_bytes = 0, bias_offset = 0, packed_bytes = 0;
  std::int64_t transformed_bytes = 0, products_bytes = 0;  // workspace; 0 where there is none
};

enum class Kind { direct, igemm, depthwise, depthwise_large, winograd, coopmat, coopmat_emulated };

/// One way to compute a problem.
struct Candidate {
  Kind kind = Kind::direct;
  Tile tile{};            // igemm, coopmat; winograd: of its products
  int winograd_tile = 0;  // m of F(m x m, 3 x 3)
  int block = 0;          // depthwise: rows of outputs of an invocation; depthwise_large: of a tile
  bool operator==(const Candidate&) const = default;
};

/// The dispatches of a candidate. The batch is cut into parts so that what a window must hold stays
/// within the device's range. Throws cvg::Refused, with the numbers, where a single image or the
/// weights are beyond it.
Program build(const Candidate& candidate, const Shape& shape, const Limits& limits);

}  // namespace convgauge::backends::vulkan
