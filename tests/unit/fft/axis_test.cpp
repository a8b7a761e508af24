// Classes, phases, pieces and tiles together must give the convolution of an axis by its
// definition: tested with integers in one dimension.
#include "fft/axis.hpp"

#include <gtest/gtest.h>

namespace convgauge::backends::fft {
namespace {

constexpr std::int32_t kModes[] = {CVG_PADDING_ZEROS, CVG_PADDING_REFLECT, CVG_PADDING_REPLICATE,
                                   CVG_PADDING_CIRCULAR};

std::int64_t sample(std::int64_t i) {
  return 3 + i * i % 17;
}
std::int64_t weight(std::int64_t k) {
  return 2 + k * 5 % 11;
}

/// The source index that is read at index x, which may lie in the padding; -1 for zero.
std::int64_t padded(const cvg_axis& a, std::int32_t mode, std::int64_t x) {
  if (0 <= x && x < a.input) return x;
  if (mode == CVG_PADDING_REFLECT) return x < 0 ? -x : 2 * a.input - 2 - x;
  if (mode == CVG_PADDING_REPLICATE) return x < 0 ? 0 : a.input - 1;
  if (mode == CVG_PADDING_CIRCULAR) return (x + a.input) % a.input;
  return -1;
}

std::int64_t defined(const cvg_axis& a, std::int32_t mode, std::int64_t o) {
  std::int64_t sum = 0;
  for (std::int64_t k = 0; k < a.kernel; ++k)
    if (const auto x = padded(a, mode, o * a.stride + k * a.dilation - a.pad_before); x >= 0)
      sum += weight(k) * sample(x);
  return sum;
}

/// Output i of tile t: the sum over the branches of a cyclic correlation of n samples, which the
/// products of spectra compute.
std::int64_t tiled_output(const Axis& axis, const Tiling& tiling, const AxisMap& map,
                          std::int64_t t, std::int64_t i) {
  std::int64_t sum = 0;
  for (std::int64_t b = 0; b < branches(axis, tiling); ++b)
    for (std::int64_t k = 0; k < tiling.piece_taps; ++k) {
      const auto tap = tap_of(axis, tiling, b, k);
      const auto x = map.samples(t, b).indices[(i + k) % tiling.n];
      if (tap >= 0 && x >= 0) sum += weight(tap) * sample(x);
    }
  return sum;
}

void expect_all_outputs(const Axis& axis, const Tiling& tiling, const std::string& what) {
  const AxisMap map(axis, tiling);
  ASSERT_EQ(map.tiles(), tiling.tiles) << what;
  std::vector<int> seen(static_cast<std::size_t>(axis.output), 0);
  for (std::int64_t t = 0; t < map.tiles(); ++t)
    for (std::int64_t i = 0; i < map.tile(t).outputs; ++i) {
      const auto o = map.tile(t).first_output + i * axis.output_step;
      ASSERT_LT(o, axis.output) << what;
      ++seen[static_cast<std::size_t>(o)];
      ASSERT_EQ(tiled_output(axis, tiling, map, t, i), defined(axis.given, axis.padding_mode, o))
          << what << " output " << o;
    }
  for (const int times : seen) ASSERT_EQ(times, 1) << what;
}

void expect_runs_are_the_source(const Axis& axis, const Tiling& tiling, const std::string& what) {
  const AxisMap map(axis, tiling);
  for (std::int64_t t = 0; t < map.tiles(); ++t)
    for (std::int64_t b = 0; b < branches(axis, tiling); ++b) {
      const auto s = map.samples(t, b);
      for (int j = s.begin; j < s.end; ++j)
        ASSERT_EQ(s.indices[j], s.indices[s.begin] + (j - s.begin) * axis.source_step) << what;
    }
}

std::string described(const cvg_axis& a, std::int32_t mode, int n, std::int64_t pieces) {
  return "input " + std::to_string(a.input) + " kernel " + std::to_string(a.kernel) + " stride " +
         std::to_string(a.stride) + " dilation " + std::to_string(a.dilation) + " pad " +
         std::to_string(a.pad_before) + "," + std::to_string(a.pad_after) + " mode " +
         std::to_string(mode) + " n " + std::to_string(n) + " pieces " + std::to_string(pieces);
}

bool legal(const cvg_axis& a, std::int32_t mode) {
  const auto pad = std::max(a.pad_before, a.pad_after);
  if (mode == CVG_PADDING_REFLECT && pad >= a.input) return false;
  if (mode == CVG_PADDING_CIRCULAR && pad > a.input) return false;
  return a.pad_before + a.input + a.pad_after >= a.dilation * (a.kernel - 1) + 1;
}

TEST(Axis, TilesAreTheDefinition) {
  int tried = 0;
  for (const std::int64_t input : {1, 2, 7, 13, 30})
    for (const std::int64_t kernel : {1, 2, 3, 7, 12})
      for (const std::int64_t stride : {1, 2, 3})
        for (const std::int64_t dilation : {1, 2, 3, 4})
          for (const std::int64_t before : {0, 1, 6})
            for (const std::int64_t after : {0, 2, 7})
              for (const auto mode : kModes) {
                const cvg_axis given{input, kernel, stride, dilation, before, after};
                if (!legal(given, mode)) continue;
                const Axis axis = reduced(given, mode);
                for (const int n : {1, 8, 12, 20})
                  for (auto pieces = fewest_pieces(axis, n);
                       pieces <= std::min<std::int64_t>(axis.phase_taps, 4); ++pieces) {
                    const auto what = described(given, mode, n, pieces);
                    const Tiling tiling = tiled(axis, n, pieces);
                    expect_all_outputs(axis, tiling, what);
                    expect_runs_are_the_source(axis, tiling, what);
                    if (HasFatalFailure()) return;
                    ++tried;
                  }
              }
  EXPECT_GT(tried, 10000);
}

TEST(Axis, TapsThatReadOnlyPaddingAreDropped) {
  const Axis axis = reduced({7, 31, 1, 1, 15, 15}, CVG_PADDING_ZEROS);
  EXPECT_EQ(axis.first_tap, 9);
  EXPECT_EQ(axis.taps, 13);
  EXPECT_EQ(reduced({7, 13, 1, 1, 6, 6}, CVG_PADDING_CIRCULAR).taps, 13);
}

TEST(Axis, OneTileMayShareItsZeros) {
  const Axis axis = reduced({28, 29, 1, 1, 14, 14}, CVG_PADDING_ZEROS);
  // 28 + 14 samples are enough where both ends share their zeros; overlap-save alone would need 56.
  EXPECT_EQ(tiled(axis, 48, 1).tiles, 1);
  EXPECT_EQ(tiled(axis, 40, 1).tiles, 3);
  EXPECT_GT(tiled(reduced({28, 29, 1, 1, 14, 14}, CVG_PADDING_CIRCULAR), 48, 1).tiles, 1);
}

TEST(Axis, TheExtentIsTheTileWhereThereIsNothingElse) {
  const Axis plain = reduced({56, 7, 1, 1, 3, 3}, CVG_PADDING_ZEROS);
  EXPECT_EQ(extent(plain, tiled(plain, 16, 1)), 16);
  const Axis strided = reduced({56, 7, 2, 1, 3, 3}, CVG_PADDING_ZEROS);
  EXPECT_EQ(extent(strided, tiled(strided, 16, 1)), 32);
  EXPECT_EQ(extent(plain, tiled(plain, 8, 2)), 12);  // two pieces of four taps, eight samples each
}

}  // namespace
}  // namespace convgauge::backends::fft
