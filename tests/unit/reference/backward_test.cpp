// The gradients: the loops and the engine give the same bits, and both are the adjoint of the
// forward direction.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/layers.hpp"
#include "core/tensor.hpp"
#include "problem_data.hpp"
#include "reference/as_forward.hpp"

namespace convgauge::reference {
namespace {

using testing::name_of;
using testing::random_geometry;
using testing::same_bits;
using testing::slow_sums;
using testing::spec_of;
using testing::Sums;
using testing::Tensors;

constexpr Direction kBackward[] = {Direction::backward_data, Direction::backward_weights};

TEST(Backward, EngineEqualsLoopsOnRandomProblems) {
  std::mt19937 random(23);
  for (int i = 0; i < 600; ++i) {
    const auto type =
        std::array{Dtype::f32, Dtype::f16, Dtype::bf16}[static_cast<std::size_t>(i % 3)];
    auto spec = Spec::of(random_geometry(random), type, i / 3 % 2 ? Layout::nhwc : Layout::nchw);
    spec.direction = kBackward[i % 2];
    const Tensors tensors(spec, i % 5 ? Fill::normal : Fill::nonfinite);
    const auto slow = slow_sums(spec, tensors);
    Sums fast(spec);
    reference_fast(spec, tensors.inputs(), fast.out(), 1 + i % 3);
    EXPECT_TRUE(same_bits(slow.want, fast.want)) << name_of(spec);
    EXPECT_TRUE(same_bits(slow.magnitude, fast.magnitude)) << name_of(spec);
  }
}

/// Contiguous doubles of a tensor, whatever its layout.
std::vector<double> values(const Spec& spec, TensorRole role, const void* data) {
  const auto s = spec.shape(role);
  const auto d = spec.strides(role);
  std::vector<double> all;
  each_index(s, [&](auto n, auto c, auto h, auto w) {
    all.push_back(load(spec.type(role), data, n * d[0] + c * d[1] + h * d[2] + w * d[3]));
  });
  return all;
}

double dot(const double* a, const double* b, std::size_t count) {
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += a[i] * b[i];
  return sum;
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  EXPECT_EQ(a.size(), b.size());
  return dot(a.data(), b.data(), a.size());
}

/// On whole numbers all of it is exact: sum dy y = sum dx x = sum dw w (without bias), and with it
/// sum dy b = sum db b. It knows nothing of taps, padding or steps but what the forward reference
/// knows.
TEST(Backward, IsTheAdjointOfForward) {
  std::mt19937 random(24);
  for (int i = 0; i < 400; ++i) {
    auto geometry = random_geometry(random);
    const bool bias = geometry.bias;
    geometry.bias = false;
    auto spec = Spec::of(geometry, Dtype::f32, i % 2 ? Layout::nhwc : Layout::nchw);
    const Tensors forward(spec, Fill::integer, 5);
    const auto y = slow_sums(spec, forward).want;
    spec.direction = Direction::backward_data;
    Tensors given(spec, Fill::integer, 6);
    const auto dy = values(spec, TensorRole::diff_dst, given.diff_dst.data());
    const Inputs inputs{forward.src.data(), forward.weights.data(), nullptr, given.diff_dst.data()};
    Sums data(spec);
    reference_slow(spec, inputs, data.out());
    spec.direction = Direction::backward_weights;
    spec.geometry.bias = bias;
    Sums weights(spec);
    reference_slow(spec, inputs, weights.out());
    const double want = dot(dy, y);
    EXPECT_EQ(dot(data.want, values(spec, TensorRole::src, forward.src.data())), want)
        << name_of(spec);
    const auto w = values(spec, TensorRole::weights, forward.weights.data());
    EXPECT_EQ(dot(weights.want.data(), w.data(), w.size()), want) << name_of(spec);
    if (!bias) continue;
    double all = 0, channels = 0;
    for (const double v : dy) all += v;
    for (auto c = w.size(); c < weights.want.size(); ++c) channels += weights.want[c];
    EXPECT_EQ(channels, all) << name_of(spec);
  }
}

TEST(Backward, ByHand) {
  // y = w0 x0 + w1 x1, then w0 x1 + w1 x2: every input hears of the outputs that read it.
  auto spec = spec_of("n1c1h1w3_o1k1x2_nobias");
  const float x[] = {1, 10, 100}, w[] = {2, 3}, dy[] = {5, 7};
  const Inputs inputs{x, w, nullptr, dy};
  spec.direction = Direction::backward_data;
  Sums dx(spec);
  reference_slow(spec, inputs, dx.out());
  EXPECT_EQ(dx.want, (std::vector<double>{10, 15 + 14, 21}));
  spec.direction = Direction::backward_weights;
  Sums dw(spec);
  reference_slow(spec, inputs, dw.out());
  EXPECT_EQ(dw.want, (std::vector<double>{5 + 70, 50 + 700}));
}

TEST(Backward, WhatPaddingShowsIsHandedBack) {
  // Circular: the padded row is x2 x0 x1 x2 x0.
  auto spec = spec_of("n1c1h1w3_o1k1x3p0x1_nobias_circular");
  const float w[] = {1, 10, 100}, dy[] = {1, 2, 3};
  spec.direction = Direction::backward_data;
  Sums dx(spec);
  reference_slow(spec, {nullptr, w, nullptr, dy}, dx.out());
  EXPECT_EQ(dx.want, (std::vector<double>{10 + 2 + 300, 100 + 20 + 3, 1 + 200 + 30}));
}

TEST(Backward, AnInfiniteWeightOverNothingMakesNoNaN) {
  auto spec = spec_of("n1c1h1w5_o1k1x2s1x3_nobias");
  const float w[] = {std::numeric_limits<float>::infinity(), 1}, dy[] = {1, 2};
  spec.direction = Direction::backward_data;
  Sums dx(spec);
  reference_fast(spec, {nullptr, w, nullptr, dy}, dx.out(), 2);
  const double inf = std::numeric_limits<double>::infinity();
  EXPECT_EQ(dx.want, (std::vector<double>{inf, 1, 0, inf, 2}));
}

TEST(Backward, ReadsAndWritesWhatItSays) {
  const auto roles = [](const char* text, Direction direction, bool written) {
    auto spec = spec_of(text);
    spec.direction = direction;
    std::vector<TensorRole> all;
    for (const auto role : kTensorRoles)
      if (written ? spec.writes(role) : spec.reads(role)) all.push_back(role);
    return all;
  };
  using R = TensorRole;
  using List = std::vector<TensorRole>;
  const auto *bias = "n1c2h3w3_o2k1", *none = "n1c2h3w3_o2k1_nobias";
  EXPECT_EQ(roles(bias, Direction::forward, false), (List{R::src, R::weights, R::bias}));
  EXPECT_EQ(roles(bias, Direction::forward, true), List{R::dst});
  EXPECT_EQ(roles(bias, Direction::backward_data, false), (List{R::weights, R::diff_dst}));
  EXPECT_EQ(roles(bias, Direction::backward_data, true), List{R::diff_src});
  EXPECT_EQ(roles(bias, Direction::backward_weights, false), (List{R::src, R::diff_dst}));
  EXPECT_EQ(roles(bias, Direction::backward_weights, true), (List{R::diff_weights, R::diff_bias}));
  EXPECT_EQ(roles(none, Direction::backward_weights, true), List{R::diff_weights});
}

/// Of ones, a sum is its number of terms: no result has more than Spec::terms() says, and plain
/// ones have just so many.
TEST(Backward, TermsAreCounted) {
  std::mt19937 random(25);
  for (int i = 0; i < 300; ++i) {
    auto spec = Spec::of(random_geometry(random), Dtype::f32);
    spec.direction = kBackward[i % 2];
    const std::vector<float> ones(
        std::max({spec.src_bytes(), spec.weights_bytes(), spec.dst_bytes()}) / sizeof(float) + 1,
        1.0f);
    Sums sums(spec);
    reference_slow(spec, {ones.data(), ones.data(), nullptr, ones.data()}, sums.out());
    for (const double count : sums.want)
      EXPECT_LE(count, static_cast<double>(spec.terms())) << name_of(spec);
  }
  auto spec = spec_of("n2c3h9w9_o4k3p1_nobias");
  EXPECT_EQ(spec.terms(), 27);
  spec.direction = Direction::backward_data;
  EXPECT_EQ(spec.terms(), 36);
  spec.direction = Direction::backward_weights;
  EXPECT_EQ(spec.terms(), 162);
}

}  // namespace
}  // namespace convgauge::reference
