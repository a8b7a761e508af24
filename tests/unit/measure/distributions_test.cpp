// The distributions agree with tables and with fractions.
#include "measure/distributions.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include "core/layers.hpp"

namespace convgauge::measure {
namespace {

TEST(Distributions, CoinsAreCounted) {
  const auto four = fair_coins(4);
  ASSERT_EQ(four.size(), 5u);
  const double want[] = {1, 4, 6, 4, 1};
  for (std::size_t k = 0; k < 5; ++k) EXPECT_NEAR(four[k], want[k] / 16, 1e-15);
  EXPECT_NEAR(fair_coins(30)[15], 155117520 / 0x1p30, 1e-14);
}

TEST(Distributions, ManyCoinsStayWithinRange) {
  const auto many = fair_coins(5000);
  EXPECT_NEAR(std::accumulate(many.begin(), many.end(), 0.0), 1, 1e-12);
  EXPECT_NEAR(many[2500], 1 / std::sqrt(2500 * 3.14159265), 1e-6);
}

TEST(Distributions, NormalAgreesWithTables) {
  EXPECT_NEAR(normal_beyond(0.005), 2.5758293035489, 1e-12);
  EXPECT_NEAR(normal_beyond(0.5), 0, 1e-15);
  EXPECT_NEAR(normal_cdf(12, 10, 2), 0.841344746068543, 1e-14);
}

TEST(Distributions, StudentAgreesWithTables) {  // quantiles of 97.5%, from any table
  EXPECT_NEAR(student_beyond(0.025, 1), 12.706, 1e-3);
  EXPECT_NEAR(student_beyond(0.025, 2), 4.303, 1e-3);
  EXPECT_NEAR(student_beyond(0.025, 5), 2.571, 1e-3);
  EXPECT_NEAR(student_beyond(0.025, 10), 2.228, 1e-3);
  EXPECT_NEAR(student_beyond(0.975, 30), -2.042, 1e-3);
}

}  // namespace
}  // namespace convgauge::measure
