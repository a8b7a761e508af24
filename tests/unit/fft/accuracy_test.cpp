// The accuracy that the README promises: the error does not grow with the kernel size, and is
// relative to the energy of a tile.
#include <gtest/gtest.h>

#include "instruction_sets.hpp"
#include "problem.hpp"

namespace convgauge::backends::fft {
namespace {

Candidate first_choice(const Problem& p, const Kernels& kernels) {
  return candidates(spec_of(p), kernels, 1).front();
}

/// The relative L2 error of a sample of the outputs: computing the definition is slow for large
/// kernels.
double sampled_relative_l2(const Problem& p) {
  const Tensors tensors(p);
  const Kernels& kernels = *runnable().back();
  const auto got = run(p, tensors, first_choice(p, kernels), kernels);
  std::vector<double> want;
  std::vector<float> some;
  for (std::size_t i = 0; i < got.size(); i += 37) {
    const auto at = static_cast<std::int64_t>(i), plane = p.out_h() * p.out_w();
    want.push_back(reference_at(p, tensors, 0, at / plane, at % plane / p.out_w(), at % p.out_w()));
    some.push_back(got[i]);
  }
  return relative_l2(some, want);
}

TEST(Accuracy, IsFlatInTheKernelSize) {
  for (const std::int64_t k : {3, 5, 9, 15, 31, 63})
    EXPECT_LT(sampled_relative_l2({.in = 64,
                                   .out = 4,
                                   .h = {40, k, 1, 1, k / 2, k / 2},
                                   .w = {40, k, 1, 1, k / 2, k / 2}}),
              3e-7)
        << "kernel " << k;
}

TEST(Accuracy, IsFlatInTheChannels) {
  for (const std::int64_t channels : {1, 8, 64, 512, 1024})
    EXPECT_LT(sampled_relative_l2(
                  {.in = channels, .out = 3, .h = {20, 5, 1, 1, 2, 2}, .w = {20, 5, 1, 1, 2, 2}}),
              3e-7)
        << channels << " channels";
}

/// One huge pixel among tiny ones: inside its tile the error of an output that does not read it is
/// relative to the huge pixel, not to the output; in other tiles it is relative to the output. With
/// direct sums it would be relative to the output everywhere.
TEST(Accuracy, OneHugePixelIsFeltInItsTileOnly) {
  const double huge = 1e6;
  Problem p{.h = {48, 3, 1, 1, 1, 1}, .w = {48, 3, 1, 1, 1, 1}, .bias = false};
  Tensors tensors(p);
  tensors.src[20 * 48 + 20] = static_cast<float>(huge);
  const auto want = reference(p, tensors);
  for (const Kernels* kernels : runnable()) {
    Candidate chosen;
    for (const auto& c : candidates(spec_of(p), *kernels, 1))
      if (c.name() == "fft.16x16") chosen = c;
    const auto got = run(p, tensors, chosen, *kernels);
    double in_tile = 0, elsewhere = 0;
    for (std::size_t i = 0; i < got.size(); ++i) {
      // Tiles of 14 outputs: tile [14, 28) reads pixel 20, the tiles beside it do not.
      const auto y = i / 48, x = i % 48;
      const bool same = 14 <= y && y < 28 && 14 <= x && x < 28;
      double& worst = same ? in_tile : elsewhere;
      worst = std::max(worst, std::abs(static_cast<double>(got[i]) - want[i]));
    }
    EXPECT_LT(in_tile, huge * 1e-6) << kernels->name;  // a few units of 6e-8 of the tile's norm
    EXPECT_GT(in_tile, huge * 1e-9) << kernels->name;  // the effect exists, as the README says
    EXPECT_LT(elsewhere, 2e-5) << kernels->name;
  }
}

}  // namespace
}  // namespace convgauge::backends::fft
