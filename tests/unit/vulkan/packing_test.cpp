// Packed weights: each lies where the shaders read it, the padding is zero, and Winograd's weights
// are G g G^T.
#include "vulkan/packing.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <numeric>
#include <set>

#include "problems.hpp"

namespace convgauge::backends::vulkan {
namespace {

Limits limits() {
  Limits made;
  made.shared_bytes = 32768;
  made.threads = 1024;
  return made;
}

/// Weights 1, 2, 3 ..., which can be told apart by their values.
std::vector<float> counted(const Shape& shape) {
  std::vector<float> weights(
      static_cast<std::size_t>(shape.out_channels * shape.group_inputs() * shape.taps()));
  std::iota(weights.begin(), weights.end(), 1.0f);
  return weights;
}

float at(const std::vector<std::byte>& packed, std::int64_t index) {
  return widened(Storage::f32, packed.data(), index);
}

/// The layout of igemm.comp: [group][depth][row], the rows padded to the tile, the depth to a
/// multiple of its step.
void expect_depth_rows(const Shape& shape, bool tap_outer) {
  const Candidate candidate{.kind = Kind::igemm, .tile = kTiles[3]};
  const auto program = build(candidate, shape, limits());
  ASSERT_EQ(program.tap_outer, tap_outer);
  const auto weights = counted(shape);
  const auto packed = pack(program, shape, weights.data(), nullptr);
  const auto inputs = shape.group_inputs(), outputs = shape.group_outputs(), taps = shape.taps();
  const auto depths = rounded_up(inputs * taps, Tile::kDepth),
             rows = rounded_up(outputs, candidate.tile.rows);
  for (std::int64_t group = 0; group < shape.groups; ++group)
    for (std::int64_t depth = 0; depth < depths; ++depth)
      for (std::int64_t row = 0; row < rows; ++row) {
        const auto c = tap_outer ? depth % inputs : depth / taps,
                   tap = tap_outer ? depth / inputs : depth % taps;
        const bool there = row < outputs && depth < inputs * taps;
        const auto index =
            static_cast<std::size_t>(((group * outputs + row) * inputs + c) * taps + tap);
        EXPECT_EQ(at(packed, (group * depths + depth) * rows + row), there ? weights[index] : 0.0f)
            << group << ' ' << depth << ' ' << row;
      }
}

TEST(Packing, DepthByRowsWithElementsInside) {
  expect_depth_rows(Shape(problem(1, 6, 9, 10, 3, 1, 1, 2)), false);
}
TEST(Packing, DepthByRowsWithTapsOutside) {
  expect_depth_rows(Shape(problem(1, 32, 9, 10, 2, 1, 1, 2)), true);
}

TEST(Packing, BiasFollowsAsF32OrAsZeros) {
  const Shape shape(problem(1, 3, 9, 5, 3));
  const auto program = build({}, shape, limits());
  const auto weights = counted(shape);
  const float bias[] = {1, -2, 3, -4, 5};
  const auto packed = pack(program, shape, weights.data(), bias),
             none = pack(program, shape, weights.data(), nullptr);
  for (std::int64_t o = 0; o < 5; ++o) {
    EXPECT_EQ(at(packed, program.bias_offset / 4 + o), bias[o]);
    EXPECT_EQ(at(none, program.bias_offset / 4 + o), 0.0f);
  }
  EXPECT_EQ(std::memcmp(packed.data(), weights.data(), weights.size() * 4), 0);
}

/// One axis of A^T (U . B^T d) with one channel, by the matrices of winograd.glsl.
std::vector<double> by_winograd(int m, const std::vector<double>& u, const std::vector<double>& d) {
  if (m == 2) {
    const double p[] = {u[0] * (d[0] - d[2]), u[1] * (d[1] + d[2]), u[2] * (d[2] - d[1]),
                        u[3] * (d[1] - d[3])};
    return {p[0] + p[1] + p[2], p[1] - p[2] - p[3]};
  }
  const double even = d[4] - 4 * d[2], odd = d[3] - 4 * d[1], even2 = d[4] - d[2],
               odd2 = 2 * (d[3] - d[1]);
  const double p[] = {u[0] * (4 * d[0] - 5 * d[2] + d[4]),
                      u[1] * (even + odd),
                      u[2] * (even - odd),
                      u[3] * (even2 + odd2),
                      u[4] * (even2 - odd2),
                      u[5] * (4 * d[1] - 5 * d[3] + d[5])};
  return {p[0] + p[1] + p[2] + p[3] + p[4], p[1] - p[2] + 2 * (p[3] - p[4]),
          p[1] + p[2] + 4 * (p[3] + p[4]), p[1] - p[2] + 8 * (p[3] - p[4]) + p[5]};
}

TEST(Packing, TransformedWeightsMultiplyToTheConvolution) {
  const Shape shape(problem(1, 2, 9, 3, 3, 1, 1));
  for (const int m : {2, 4}) {
    const auto program =
        build({.kind = Kind::winograd, .tile = kTiles[4], .winograd_tile = m}, shape, limits());
    // Only the left column of taps is not zero: then G g G^T is G g times the first column of G.
    std::vector<float> weights(3 * 2 * 9, 0.0f);
    const float taps[] = {0.5f, -3.0f, 2.0f};
    for (std::size_t r = 0; r < 3; ++r)
      weights[(2 * 2 + 1) * 9 + r * 3] = taps[r];  // out 2, in 1, left column
    const auto packed = pack(program, shape, weights.data(), nullptr);
    const int span = m + 2;
    std::vector<double> u, d;
    for (int i = 0; i < span; ++i) {
      // The first point of the other axis, where the row of G is (1, 0, 0) or a quarter of that.
      const auto group = i * span;
      const auto value = at(packed, (group * Tile::kDepth + 1) * 64 + 2);
      u.push_back(static_cast<double>(value) * (m == 2 ? 1 : 4));
      d.push_back(std::sin(i * 1.7));
    }
    const auto got = by_winograd(m, u, d);
    for (std::size_t y = 0; y < static_cast<std::size_t>(m); ++y)
      EXPECT_NEAR(got[y], taps[0] * d[y] + taps[1] * d[y + 1] + taps[2] * d[y + 2], 1e-5)
          << m << ' ' << y;
  }
}

TEST(Packing, HalvesAndBfloatsAreWidenedExactly) {
  const std::pair<std::uint16_t, float> halves[] = {
      {0x3c00, 1.0f},       {0xc000, -2.0f},      {0x7bff, 65504.0f}, {0x0001, 0x1p-24f},
      {0x03ff, 0x3ffp-24f}, {0x0400, 0x1p-14f},   {0x8000, -0.0f},    {0x7c00, HUGE_VALF},
      {0xfc00, -HUGE_VALF}, {0x3555, 0x1.554p-2f}};
  for (const auto& [bits, value] : halves) {
    EXPECT_EQ(widened(Storage::f16, &bits, 0), value) << bits;
    EXPECT_EQ(std::signbit(widened(Storage::f16, &bits, 0)), std::signbit(value));
  }
  const std::uint16_t nan = 0x7e01, bfloats[] = {0x3f80, 0xc000, 0x0001};
  EXPECT_TRUE(std::isnan(widened(Storage::f16, &nan, 0)));
  EXPECT_EQ(widened(Storage::bf16, bfloats, 0), 1.0f);
  EXPECT_EQ(widened(Storage::bf16, bfloats, 1), -2.0f);
  EXPECT_EQ(widened(Storage::bf16, bfloats, 2), 0x1p-133f);
}

}  // namespace
}  // namespace convgauge::backends::vulkan
