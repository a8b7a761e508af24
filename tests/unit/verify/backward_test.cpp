// Gradients are judged by the bounds of the forward convolution that they are.
#include <gtest/gtest.h>

#include "core/layers.hpp"
#include "judge.hpp"
#include "verify/region.hpp"

namespace convgauge::verify {
namespace {

using testing::Trial;

constexpr Direction kBackward[] = {Direction::backward_data, Direction::backward_weights};
constexpr const char* kGradients[] = {
    "n2c6h9w11_o8k3x2s2x1p1x2.0d1x2g2_nobias", "n1c4h12w12_o6k3p1_nobias",
    "n2c3h8w7_o4k3p2x1_nobias_reflect", "n2c3h8w7_o4k3p2x1_nobias_replicate",
    "n3c8h6w6_o8k5p2g8_nobias_circular"};

template <class Test>
void each(Test test) {
  for (const auto direction : kBackward)
    for (const auto* text : kGradients)
      for (const auto layout : {Layout::nchw, Layout::nhwc}) {
        SCOPED_TRACE(std::string(text) + " " + std::string(word(layout)) + " " +
                     std::string(word(direction)));
        test(text, layout, direction);
      }
}

TEST(BackwardBounds, RoundedSumsAgreeOnEveryFill) {
  each([](const char* text, Layout layout, Direction direction) {
    for (const auto type : {Dtype::f32, Dtype::f64, Dtype::f16, Dtype::bf16})
      for (const auto fill : {Fill::integer, Fill::normal, Fill::uniform, Fill::range, Fill::spike,
                              Fill::subnormal, Fill::nonfinite}) {
        Trial trial(text, fill, type, layout, direction);
        EXPECT_TRUE(!fits(fill, trial.spec) || trial.agrees()) << word(type) << " " << word(fill);
      }
  });
}

TEST(BackwardBounds, AnErrorBeyondTheBoundDiffersAndOneWithinAgrees) {
  each([](const char* text, Layout layout, Direction direction) {
    Trial trial(text, Fill::uniform, Dtype::f32, layout, direction);
    const auto allowed = trial.allowed();
    for (const std::int64_t at :
         {std::int64_t{0}, static_cast<std::int64_t>(trial.sums.want.size()) / 2}) {
      const auto i = static_cast<std::size_t>(at);
      ASSERT_GT(allowed[i], 0);
      trial.set(at, trial.sums.want[i] + 0.9 * allowed[i]);
      EXPECT_TRUE(trial.agrees());
      trial.set(at,
                trial.sums.want[i] + 1.1 * allowed[i] + std::fabs(trial.sums.want[i]) * 0x1p-23);
      EXPECT_FALSE(trial.agrees());
      trial.set(at, trial.sums.want[i]);
    }
  });
}

TEST(BackwardBounds, WholeNumbersAreExact) {
  each([](const char* text, Layout layout, Direction direction) {
    Trial trial(text, Fill::integer, Dtype::f32, layout, direction);
    trial.set(3, trial.sums.want[3] + 1);
    EXPECT_FALSE(trial.agrees());
  });
}

/// A tile's neighbours may be in an error: the spread is that of the rearranged convolution, in the
/// gradient's order.
TEST(BackwardBounds, TilesAllowWhatTheirNeighboursHold) {
  each([](const char* text, Layout layout, Direction direction) {
    Trial direct(text, Fill::normal, Dtype::f32, layout, direction),
        tiled(text, Fill::normal, Dtype::f32, layout, direction);
    tiled.algorithm.algorithm_class = AlgorithmClass::fft;
    tiled.algorithm.fft_tile = {16, 16};
    const auto narrow = direct.allowed(), wide = tiled.allowed();
    ASSERT_EQ(narrow.size(), wide.size());
    double least = 1e9, most = 0;
    for (std::size_t i = 0; i < wide.size(); ++i) {
      EXPECT_TRUE(std::isfinite(wide[i]) && wide[i] > 0);
      least = std::min(least, wide[i] / narrow[i]), most = std::max(most, wide[i] / narrow[i]);
    }
    EXPECT_LT(least, most);  // no mere multiple of the direct bound
    EXPECT_TRUE(tiled.agrees());
  });
}

/// One huge pixel: only what shares a tile with it may be off by a share of it.
TEST(BackwardBounds, ASpikeLoosensItsOwnTilesOnly) {
  Trial trial("n1c1h64w64_o1k3p1_nobias", Fill::normal, Dtype::f32, Layout::nchw,
              Direction::backward_data);
  store(Dtype::f32, trial.tensors.diff_dst.data(), 0, 1e6);
  trial.recompute();
  trial.answer(trial.sums.want);
  trial.algorithm.algorithm_class = AlgorithmClass::fft;
  trial.algorithm.fft_tile = {8, 8};
  const auto allowed = trial.allowed();
  EXPECT_GT(allowed[3 * 64 + 3], 1e3 * allowed[40 * 64 + 40]);
}

TEST(BackwardBounds, SloppySumsFailTheGate) {
  each([](const char* text, Layout layout, Direction direction) {
    Trial trial(text, Fill::normal, Dtype::f32, layout, direction);
    if (trial.sums.want.size() < 256) return;
    // Every result off by a third of what it may be: each is fine, all together are not.
    const auto allowed = trial.allowed();
    for (std::size_t i = 0; i < allowed.size(); ++i)
      trial.set(static_cast<std::int64_t>(i),
                trial.sums.want[i] + (i % 2 ? 0.6 : -0.6) * allowed[i]);
    EXPECT_FALSE(trial.agrees());
  });
}

TEST(BackwardBounds, WhereInTheGradientsOwnWords) {
  const auto where = [](Direction direction, auto wrong) {
    const auto spec =
        testing::spec_of("n2c6h5w7_o8k3g2_nobias", Dtype::f32, Layout::nchw, direction);
    const auto s = spec.shape(spec.result());
    std::vector<std::uint8_t> bad;
    for (std::int64_t a = 0; a < s[0]; ++a)
      for (std::int64_t b = 0; b < s[1]; ++b)
        for (std::int64_t c = 0; c < s[2]; ++c)
          for (std::int64_t d = 0; d < s[3]; ++d) bad.push_back(wrong(a, b, c, d));
    return describe_region(spec, spec.result(), bad);
  };
  EXPECT_EQ(where(Direction::backward_data, [](auto, auto c, auto, auto) { return c >= 3; }),
            "all of group 1");
  EXPECT_EQ(where(Direction::backward_data, [](auto, auto c, auto, auto) { return c >= 5; }),
            "all of the last input channel (channel c = 5)");
  EXPECT_EQ(where(Direction::backward_weights, [](auto o, auto, auto, auto) { return o < 4; }),
            "all of group 0");
  EXPECT_EQ(where(Direction::backward_weights, [](auto, auto, auto, auto l) { return l == 2; }),
            "all of the last tap column (column kw = 2)");
}

}  // namespace
}  // namespace convgauge::verify
