// What a plugin declares of its algorithm is checked before anything is computed from it.
#include "verify/algorithm.hpp"

#include <gtest/gtest.h>

#include <climits>

#include "judge.hpp"

namespace convgauge::verify::testing {
namespace {

Algorithm winograd_of(int m, int r) {
  return {.name = "w",
          .algorithm_class = AlgorithmClass::winograd,
          .winograd = {WinogradAxis{m, r, {}}, WinogradAxis{}}};
}

TEST(Declaration, IsCheckedByClass) {
  EXPECT_EQ(broken_rule(winograd_of(0, 0)), "winograd axis h: m 0 and r 0 must be at least 1");
  EXPECT_NE(broken_rule(winograd_of(-1, 3)), "");
  EXPECT_NE(broken_rule(winograd_of(INT_MAX, INT_MAX)), "");
  EXPECT_NE(broken_rule(winograd_of(15, 4)), "");
  EXPECT_EQ(broken_rule(winograd_of(14, 4)), "");
  EXPECT_EQ(broken_rule(winograd_algorithm(4)), "");
  EXPECT_EQ(broken_rule(fft_algorithm(0)), "fft_tile h is 0, not 1 to 1048576");
  EXPECT_NE(broken_rule(fft_algorithm(INT_MAX)), "");
  EXPECT_EQ(broken_rule(fft_algorithm(16)), "");
  // A direct algorithm leaves these fields as it likes.
  EXPECT_EQ(broken_rule({.name = "direct", .winograd = {WinogradAxis{0, 0, {}}, {}}}), "");
}

TEST(Declaration, HasNoMoreTapsThanTheKernel) {
  const auto spec = spec_of("n1c2h9w9_o2k3p1", Dtype::f32);
  EXPECT_EQ(broken_rule(winograd_of(2, 3), spec), "");
  EXPECT_EQ(broken_rule(winograd_of(2, 5), spec),
            "winograd axis h: r 5 is more than the kernel's 3");
  // Of the gradient of the weights, the output takes the kernel's place.
  auto gradient = spec;
  gradient.direction = Direction::backward_weights;
  EXPECT_EQ(broken_rule(winograd_of(2, 5), gradient), "");
}

}  // namespace
}  // namespace convgauge::verify::testing
