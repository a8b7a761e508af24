// The definition, against values worked out by hand and against an independent statement of each
// padding mode.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/layers.hpp"
#include "problem_data.hpp"
#include "reference/padding.hpp"

namespace convgauge::reference {
namespace {

using testing::slow_sums;
using testing::spec_of;
using testing::Sums;
using testing::Tensors;

TEST(Padding, ReadsWhatTorchPadReads) {
  const auto line = [](PaddingMode mode) {
    std::vector<std::int64_t> all;
    for (std::int64_t i = -3; i < 7; ++i) all.push_back(source_index(mode, i, 4));
    return all;
  };
  // torch.nn.functional.pad(arange(4), (3, 3), mode)
  EXPECT_EQ(line(PaddingMode::reflect), (std::vector<std::int64_t>{3, 2, 1, 0, 1, 2, 3, 2, 1, 0}));
  EXPECT_EQ(line(PaddingMode::replicate),
            (std::vector<std::int64_t>{0, 0, 0, 0, 1, 2, 3, 3, 3, 3}));
  EXPECT_EQ(line(PaddingMode::circular), (std::vector<std::int64_t>{1, 2, 3, 0, 1, 2, 3, 0, 1, 2}));
  EXPECT_EQ(line(PaddingMode::zeros),
            (std::vector<std::int64_t>{-1, -1, -1, 0, 1, 2, 3, -1, -1, -1}));
}

void set(Buffer& buffer, std::vector<float> values) {
  std::memcpy(buffer.data(), values.data(), values.size() * sizeof(float));
}

TEST(Slow, WorkedByHand) {
  // x = 1 2 3 4, w = 1 10 100, bias 0.5, stride 2, padding 1 before: windows (0 1 2), (2 3 4).
  const auto spec = spec_of("n1c1h1w4_o1k1x3s1x2p0x1.0");
  Tensors tensors(spec);
  set(tensors.src, {1, 2, 3, 4});
  set(tensors.weights, {1, 10, -100});
  set(tensors.bias, {0.5f});
  const auto sums = slow_sums(spec, tensors);
  EXPECT_EQ(sums.want, (std::vector<double>{0.5 + 10 - 200, 0.5 + 2 + 30 - 400}));
  EXPECT_EQ(sums.magnitude, (std::vector<double>{0.5 + 10 + 200, 0.5 + 2 + 30 + 400}));
}

TEST(Slow, GroupsAreContiguousBlocks) {
  // Depthwise with multiplier 2: output o reads input o / 2.
  const auto spec = spec_of("n1c2h1w1_o4k1g2_nobias");
  Tensors tensors(spec);
  set(tensors.src, {3, 5});
  set(tensors.weights, {1, 10, 100, 1000});
  EXPECT_EQ(slow_sums(spec, tensors).want, (std::vector<double>{3, 30, 500, 5000}));
}

TEST(Slow, HeightComesFirstAndNothingIsFlipped) {
  const auto spec = spec_of("n1c1h2w3_o1k2x3_nobias");
  Tensors tensors(spec);
  set(tensors.src, {1, 2, 3, 4, 5, 6});
  set(tensors.weights, {1e0f, 1e1f, 1e2f, 1e3f, 1e4f, 1e5f});
  EXPECT_EQ(slow_sums(spec, tensors).want, (std::vector<double>{654321}));
}

TEST(Slow, LayoutsAgree) {
  const auto planes = spec_of("n2c3h5w4_o5k3x2s2x1p1.0x2.1", Dtype::f16);
  const auto pixels = spec_of("n2c3h5w4_o5k3x2s2x1p1.0x2.1", Dtype::f16, Layout::nhwc);
  EXPECT_EQ(slow_sums(planes, Tensors(planes)).want, slow_sums(pixels, Tensors(pixels)).want);
}

TEST(Slow, PaddingZerosAreMultiplied) {
  const auto spec = spec_of("n1c1h1w1_o1k1x2p0x0.1_nobias");
  Tensors tensors(spec);
  set(tensors.src, {1});
  set(tensors.weights, {1, std::numeric_limits<float>::infinity()});
  EXPECT_TRUE(std::isnan(slow_sums(spec, tensors).want[0])) << "as torch has it: 0 * inf";
}

TEST(Slow, BatchZeroIsNothing) {
  const auto spec = spec_of("n0c1h3w3_o1k3");
  EXPECT_TRUE(slow_sums(spec, Tensors(spec)).want.empty());
}

}  // namespace
}  // namespace convgauge::reference
