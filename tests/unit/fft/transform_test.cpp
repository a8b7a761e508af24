// Every transform of every size, on every instruction set, compared with its definition; and
// forward followed by inverse.
#include <gtest/gtest.h>

#include "instruction_sets.hpp"
#include "tile.hpp"

namespace convgauge::backends::fft {
namespace {

TEST(Transform, ForwardIsTheDefinition) {
  for (const Kernels* kernels : runnable())
    for (const int h : {1, 8, 12, 16, 20, 24, 32, 40, 48, 64})
      for (const int w : kTiles) {
        Tile tile(h, w, kernels->width);
        const auto slots = tile.spectrum(*kernels);
        for (const int channel : {0, kernels->width - 1})
          EXPECT_LT(spectrum_error(slots, direct_spectrum(tile, channel), tile, channel),
                    good_error(h, w))
              << kernels->name << " " << h << "x" << w << " channel " << channel;
      }
}

TEST(Transform, AnImpulseGivesRootsOfUnity) {
  for (const Kernels* kernels : runnable())
    for (const int n : kTiles)
      for (const int at : {0, 1, n - 1}) {
        Tile tile(n, n, kernels->width);
        std::fill(tile.samples.begin(), tile.samples.end(), 0.0f);
        tile.at(at, n - 1 - at, 0) = 1;
        const auto slots = tile.spectrum(*kernels);
        const auto points = direct_spectrum(tile, 0);
        for (int s = 0; s < slot_count(n, n); ++s) {
          const auto want = wanted_slot(points, n, n, s);
          const auto* got = slots.data() + s * 2 * kernels->width;
          EXPECT_NEAR(got[0], static_cast<double>(want.real()), 2e-6)
              << kernels->name << " n " << n << " slot " << s;
          EXPECT_NEAR(got[kernels->width], static_cast<double>(want.imag()), 2e-6)
              << kernels->name << " n " << n;
        }
      }
}

/// Slots that are no pairs hold twice the point. After they are halved, the inverse gives h w times
/// the samples.
void halve(const Kernels& kernels, int h, std::vector<float>& slots) {
  const auto pair = static_cast<std::size_t>(2 * kernels.width);
  for (std::size_t s = 0; s < slots.size() / pair; ++s)
    if (!is_pair(h, static_cast<std::int64_t>(s)))
      for (std::size_t i = 0; i < pair; ++i) slots[s * pair + i] /= 2;
}

TEST(Transform, ThereAndBackIsTheSameTimesItsSize) {
  for (const Kernels* kernels : runnable())
    for (const int h : {1, 8, 12, 16, 20, 24, 32, 40, 48, 64})
      for (const int w : kTiles) {
        Tile tile(h, w, kernels->width, 7);
        auto slots = tile.spectrum(*kernels);
        halve(*kernels, h, slots);
        std::vector<float> back(tile.samples.size()),
            scratch(static_cast<std::size_t>(scratch_floats(h, w, kernels->width)));
        const std::vector<float> bias(static_cast<std::size_t>(kernels->width), 0.0f);
        kernels->inverse(
            h, w, slots.data(), 2 * kernels->width, scratch.data(),
            {back.data(), tile.channels(), h, w, w * kernels->width, kernels->width, bias.data()});
        for (std::size_t i = 0; i < back.size(); ++i)
          ASSERT_NEAR(back[i] / static_cast<float>(h * w), tile.samples[i], 2e-6)
              << kernels->name << " " << h << "x" << w;
      }
}

TEST(Transform, RowsAndColumnsBelowZeroAreZero) {
  for (const Kernels* kernels : runnable()) {
    Tile tile(8, 12, kernels->width), zeroed = tile;
    tile.rows[3] = -1;
    for (const std::size_t x : {0u, 1u, 11u}) tile.columns[x] = -1;
    auto source = tile.source();
    source.run_begin = 2;
    source.run_end = 11;
    for (int y = 0; y < 8; ++y)
      for (int x = 0; x < 12; ++x)
        for (int c = 0; c < kernels->width; ++c)
          if (y == 3 || x < 2 || x == 11) zeroed.at(y, x, c) = 0;
    std::vector<float> out(zeroed.samples.size()),
        scratch(static_cast<std::size_t>(scratch_floats(8, 12, kernels->width)));
    kernels->forward(8, 12, source, scratch.data(), out.data(), 2 * kernels->width);
    EXPECT_EQ(out, zeroed.spectrum(*kernels)) << kernels->name;
  }
}

}  // namespace
}  // namespace convgauge::backends::fft
