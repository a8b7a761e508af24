#include "packing.hpp"

#include <bit>
#include <cmath>
#include <cstring>

namespace convgauge::backends::vulkan {
namespace {

using std::int64_t;

float from_half(std::uint16_t bits) {
  const float sign = (bits & 0x8000u) != 0 ? -1.0f : 1.0f;
  const int exponent = bits >> 10 & 0x1f, significand = bits & 0x3ff;
  if (exponent == 0x1f) return significand != 0 ? std::nanf("") : sign * HUGE_VALF;
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(significand), -24);
  return sign * std::ldexp(static_cast<float>(significand + 1024), exponent - 25);
}

/// The index of a weight among the packed elements.
int64_t place(const Program& p, const Shape& s, int64_t o, int64_t c, int64_t tap) {
  if (p.packing == Packing::plain) return (o * s.group_inputs() + c) * s.taps() + tap;
  if (p.packing == Packing::taps) return tap * s.out_channels + o;
  const auto group = o / s.group_outputs(), row = o % s.group_outputs();
  const auto depth = p.tap_outer ? tap * s.group_inputs() + c : c * s.taps() + tap;
  const auto depths = rounded_up(s.group_inputs() * s.taps(), Tile::kDepth);
  return (group * depths + depth) * rounded_up(s.group_outputs(), p.tile.rows) + row;
}

void copy_weights(const Program& p, const Shape& s, const void* weights, std::byte* to) {
  const auto size = static_cast<std::size_t>(s.element_bytes());
  const auto* from = static_cast<const std::byte*>(weights);
  for (int64_t o = 0; o < s.out_channels; ++o)
    for (int64_t c = 0; c < s.group_inputs(); ++c)
      for (int64_t tap = 0; tap < s.taps(); ++tap, from += size)
        std::memcpy(to + static_cast<std::size_t>(place(p, s, o, c, tap)) * size, from, size);
}

// G of F(2, 3) and F(4, 3), in the order of the points of winograd.glsl.
constexpr double kTwo[4][3] = {{1, 0, 0}, {0.5, 0.5, 0.5}, {0.5, -0.5, 0.5}, {0, 0, 1}};
constexpr double kFour[6][3] = {{1.0 / 4, 0, 0},
                                {-1.0 / 6, -1.0 / 6, -1.0 / 6},
                                {-1.0 / 6, 1.0 / 6, -1.0 / 6},
                                {1.0 / 24, 1.0 / 12, 1.0 / 6},
                                {1.0 / 24, -1.0 / 12, 1.0 / 6},
                                {0, 0, 1}};

/// Element (i, j) of G g G^T, rounded once.
float transformed(const double (*g)[3], const float (&taps)[9], int i, int j) {
  double sum = 0;
  for (int r = 0; r < 3; ++r)
    for (int q = 0; q < 3; ++q) sum += g[i][r] * static_cast<double>(taps[r * 3 + q]) * g[j][q];
  return static_cast<float>(sum);
}

void transform_weights(const Program& p, const Shape& s, const void* weights, std::byte* bytes) {
  auto* to = reinterpret_cast<float*>(bytes);
  const int span = p.winograd_tile + 2;
  const auto* g = p.winograd_tile == 2 ? kTwo : kFour;
  const auto depths = rounded_up(s.group_inputs(), Tile::kDepth);
  const auto rows = rounded_up(s.group_outputs(), p.tile.rows);
  for (int64_t o = 0; o < s.out_channels; ++o)
    for (int64_t c = 0; c < s.group_inputs(); ++c) {
      float taps[9];
      for (int64_t t = 0; t < 9; ++t)
        taps[t] = widened(s.storage, weights, (o * s.group_inputs() + c) * 9 + t);
      for (int point = 0; point < span * span; ++point) {
        const auto group = point * s.groups + o / s.group_outputs();
        to[(group * depths + c) * rows + o % s.group_outputs()] =
            transformed(g, taps, point / span, point % span);
      }
    }
}

}  // namespace

float widened(Storage storage, const void* elements, int64_t index) {
  const auto* at = static_cast<const std::byte*>(elements);
  if (storage == Storage::f32) {
    float value;
    std::memcpy(&value, at + index * 4, 4);
    return value;
  }
  std::uint16_t bits;
  std::memcpy(&bits, at + index * 2, 2);
  return storage == Storage::f16 ? from_half(bits)
                                 : std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

std::vector<std::byte> pack(const Program& program, const Shape& shape, const void* weights,
                            const void* bias) {
  std::vector<std::byte> packed(static_cast<std::size_t>(program.packed_bytes));
  if (program.packing == Packing::winograd)
    transform_weights(program, shape, weights, packed.data());
  else
    copy_weights(program, shape, weights, packed.data());
  if (bias)
    for (int64_t o = 0; o < shape.out_channels; ++o) {
      const float value = widened(shape.storage, bias, o);
      std::memcpy(packed.data() + program.bias_offset + o * 4, &value, 4);
    }
  return packed;
}

}  // namespace convgauge::backends::vulkan
