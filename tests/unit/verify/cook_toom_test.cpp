// The Winograd matrices from points, their proof, and the amplification that the bound rests on.
#include "verify/cook_toom.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include "core/layers.hpp"

namespace convgauge::verify {
namespace {

const WinogradAxis kF23{2, 3, {{0, 1}, {1, 1}, {-1, 1}}};
const WinogradAxis kF43{4, 3, {{0, 1}, {1, 1}, {-1, 1}, {2, 1}, {-2, 1}}};
const WinogradAxis kF43Better{4, 3, {{0, 1}, {2, 3}, {-2, 3}, {3, 2}, {-3, 2}}};
const WinogradAxis kF63{6, 3, {{0, 1}, {1, 1}, {-1, 1}, {2, 1}, {-2, 1}, {1, 2}, {-1, 2}}};

double squared(const WinogradAxis& axis) {
  const auto one = amplification(axis);
  EXPECT_TRUE(one) << one.error().message;
  return *one * *one;
}

/// Worked out by hand for F(2,3): rows of |A| meet 1*2, 1.5*2, 1.5*2 and 1*2, so 8 on either row;
/// (8/3)^2 * 4/3.
TEST(CookToom, AmplificationOfTheKnownSets) {
  EXPECT_NEAR(squared(kF23), 64.0 / 9 * 4 / 3, 1e-12);
  EXPECT_NEAR(squared(kF43), 256 * 4.0 / 3, 1e-9);
  // The largest of random tiles, measured: 9, 342, 79, 813.
  EXPECT_NEAR(squared(kF23), 9, 0.6);
  EXPECT_NEAR(squared(kF43), 342, 1);
  EXPECT_NEAR(squared(kF43Better), 79, 1);
  EXPECT_NEAR(squared(kF63), 813, 140) << "36 outputs a tile: the largest of more draws";
}

TEST(CookToom, TheOrderOfPointsAndOfHalvesIsNoMatter) {
  auto turned = kF63;
  std::reverse(turned.points.begin(), turned.points.end());
  turned.points[0] = {-2, 4};
  EXPECT_NEAR(squared(turned), squared(kF63), 1e-9);
}

TEST(CookToom, NamesWhatIsWrongWithThePoints) {
  const auto message = [](const WinogradAxis& axis) { return amplification(axis).error().message; };
  EXPECT_EQ(message({2, 3, {{0, 1}, {1, 1}}}), "F(2,3) has 2 finite points, needs m + r - 2 = 3");
  EXPECT_EQ(message({2, 3, {{0, 1}, {1, 2}, {2, 4}}}), "F(2,3): the point 2/4 stands twice");
  EXPECT_EQ(message({2, 3, {{0, 1}, {1, 0}, {2, 1}}}), "F(2,3): the point 1/0 is no number");
  EXPECT_EQ(message({0, 3, {}}), "F(0,3): m and r must be at least 1");
  EXPECT_EQ(
      message({4, 3, {{2000000011, 1999999973}, {1999999943, 1}, {1, 1999999927}, {3, 1}, {5, 7}}}),
      "F(4,3): its matrices overflow exact 64-bit fractions");
}

TEST(CookToom, AnAxisThatIsNotTransformedAmplifiesNothing) {
  EXPECT_EQ(amplification(WinogradAxis{}).value(), 1);
  Algorithm one_dimensional;
  one_dimensional.winograd = {WinogradAxis{}, kF23};
  EXPECT_NEAR(amplification(one_dimensional).value(), 8.0 / 3 * std::sqrt(4.0 / 3), 1e-12);
}

TEST(CookToom, TheClassicalSetIsTheCap) {
  Algorithm wild;
  wild.winograd[0] = wild.winograd[1] = {4, 3, {{0, 1}, {5, 1}, {-5, 1}, {7, 1}, {-7, 1}}};
  EXPECT_GT(squared(wild.winograd[0]), 400);
  EXPECT_NEAR(amplification(wild).value(), squared(kF43), 1e-9);
  wild.points_known = false;
  wild.winograd[0].points.clear();
  EXPECT_NEAR(amplification(wild).value(), squared(kF43), 1e-9);
}

TEST(CookToom, EverySizeThatCanBeDeclaredHasAClassicalSet) {
  for (int m = 1; m <= kMostPoints + 1; ++m)
    for (int r = 1; m + r - 2 <= kMostPoints; ++r)
      EXPECT_TRUE(std::isfinite(classical_amplification(m, r))) << m << " " << r;
}

/// By hand for F(2,3), sum of A^2 |G|^2 |B|^2: 1*2 + .75*2 + .75*2 for the first row, .75*2 + .75*2
/// + 1*2 for the second; so sqrt(5 / 3) on one axis.
TEST(CookToom, TypicalAmplification) {
  Algorithm a;
  a.winograd = {kF23, kF23};
  EXPECT_NEAR(typical_amplification(a).value(), 5.0 / 3, 1e-12);
  a.winograd = {WinogradAxis{}, kF23};
  EXPECT_NEAR(typical_amplification(a).value(), std::sqrt(5.0 / 3), 1e-12);
  Algorithm wild;
  wild.winograd[0] = wild.winograd[1] = {4, 3, {{0, 1}, {5, 1}, {-5, 1}, {7, 1}, {-7, 1}}};
  a.winograd = {kF43, kF43};
  EXPECT_EQ(typical_amplification(wild).value(), typical_amplification(a).value()) << "the cap";
}

}  // namespace
}  // namespace convgauge::verify
