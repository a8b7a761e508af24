// Whole convolutions: every tile size with outputs that end just before, at and just after the end
// of a tile, on both axes and on one; every instruction set; groups, lanes, strides, dilations.
#include <gtest/gtest.h>

#include "instruction_sets.hpp"
#include "problem.hpp"

namespace convgauge::backends::fft {
namespace {

constexpr double kFlat = 3e-7;  // the README's promise; also the gate of verify for this class

Candidate candidate(const Problem& p, const std::string& name, const Kernels& kernels,
                    int threads = 1) {
  for (const auto& c : candidates(spec_of(p), kernels, threads))
    if (c.name() == name) return c;
  ADD_FAILURE() << name << " is not offered";
  return {};
}

void expect_right(const Problem& p, const std::string& name, const Kernels& kernels,
                  int threads = 1) {
  const Tensors tensors(p);
  const auto got = run(p, tensors, candidate(p, name, kernels, threads), kernels, threads);
  EXPECT_LT(relative_l2(got, reference(p, tensors)), kFlat)
      << name << " " << kernels.name << " kernel " << p.h.kernel << "x" << p.w.kernel << " src "
      << p.h.input << "x" << p.w.input;
}

cvg_axis valid(std::int64_t outputs, std::int64_t kernel) {
  return {outputs + kernel - 1, kernel, 1, 1, 0, 0};
}

std::string name_of(int h, int w) {
  return "fft." + std::to_string(h) + "x" + std::to_string(w);
}

TEST(Convolution, EveryTileOnEveryEdgeOfBothAxes) {
  for (const Kernels* kernels : runnable())
    for (const int n : kTiles)
      for (const int kernel : {3, n / 2 + 1}) {
        const auto outputs = n - kernel + 1;
        for (const int beyond : {-1, 0, 1, outputs + 1}) {
          expect_right({.in = 3, .out = 5, .h = valid(outputs + beyond, kernel), .w = valid(7, 3)},
                       name_of(n, 8), *kernels);
          expect_right({.in = 3, .out = 5, .h = valid(7, 3), .w = valid(outputs + beyond, kernel)},
                       name_of(8, n), *kernels);
        }
      }
}

TEST(Convolution, EveryTileOfOneDimension) {
  for (const Kernels* kernels : runnable())
    for (const int n : kTiles)
      for (const int beyond : {0, 1}) {
        const auto line = valid(n - 4 + beyond, 5);
        expect_right({.in = 9, .out = 17, .h = {3, 1, 1, 1, 0, 0}, .w = line}, name_of(1, n),
                     *kernels);
        expect_right({.in = 9, .out = 17, .h = line, .w = {3, 1, 1, 1, 0, 0}}, name_of(n, 1),
                     *kernels);
      }
}

TEST(Convolution, EveryPairOfTiles) {
  const Problem p{.in = 9, .out = 10, .h = {19, 5, 1, 1, 2, 2}, .w = {23, 7, 1, 1, 3, 3}};
  const Tensors tensors(p);
  const auto want = reference(p, tensors);
  for (const Kernels* kernels : runnable()) {
    const auto all = candidates(spec_of(p), *kernels, 1);
    EXPECT_EQ(all.size(), kTileCount * kTileCount);
    for (const auto& c : all)
      EXPECT_LT(relative_l2(run(p, tensors, c, *kernels), want), kFlat)
          << c.name() << " " << kernels->name;
  }
}

TEST(Convolution, GroupsStridesDilationsAndPaddingModes) {
  for (const Kernels* kernels : runnable())
    for (const std::int64_t groups : {1, 2, 6, 24})
      for (const auto& [stride, dilation] :
           {std::pair{1, 1}, {2, 1}, {3, 1}, {1, 2}, {2, 3}, {4, 2}})
        for (const std::int32_t mode : {CVG_PADDING_ZEROS, CVG_PADDING_REFLECT,
                                        CVG_PADDING_REPLICATE, CVG_PADDING_CIRCULAR}) {
          const cvg_axis h{17, 4, stride, dilation, 3, 2}, w{15, 3, stride, dilation, 1, 4};
          expect_right({.batch = 2,
                        .in = 24,
                        .out = 48,
                        .groups = groups,
                        .h = h,
                        .w = w,
                        .padding_mode = mode},
                       name_of(12, 16), *kernels);
        }
}

TEST(Convolution, KernelsLongerThanTheTileAreCutIntoPieces) {
  for (const Kernels* kernels : runnable())
    expect_right(
        {.in = 4, .out = 4, .groups = 4, .h = {40, 63, 1, 1, 31, 31}, .w = {33, 21, 1, 1, 10, 10}},
        name_of(16, 8), *kernels);
}

TEST(Convolution, TheBitsDoNotDependOnThreads) {
  for (const std::int64_t groups : {1, 20}) {
    const Problem p{.batch = 2,
                    .in = 20,
                    .out = 40,
                    .groups = groups,
                    .h = {40, 5, 1, 1, 2, 2},
                    .w = {40, 5, 1, 1, 2, 2}};
    const Tensors tensors(p);
    for (const Kernels* kernels : runnable()) {
      const auto c = candidate(p, "fft.16x16", *kernels);
      const auto one = run(p, tensors, c, *kernels, 1);
      for (const int threads : {2, 3, 7})
        EXPECT_EQ(run(p, tensors, c, *kernels, threads), one) << threads << " threads";
    }
  }
}

}  // namespace
}  // namespace convgauge::backends::fft
