// Which samples are taken again, which cases are inconclusive, and which rounds are common.
#include "measure/quiet.hpp"

#include <gtest/gtest.h>

#include "core/layers.hpp"
#include "measure/statistics.hpp"

namespace convgauge::measure {
namespace {

constexpr double kMs = 1e6;

/// `count` samples of 5 ms each, of which `disturbed` lost that share.
Measured measured(int disturbed, int count, double share) {
  Measured m;
  m.executions_per_sample = 5;
  m.samples_ns.assign(static_cast<std::size_t>(count), kMs);
  m.loads.resize(m.samples_ns.size());
  for (int i = 0; i < disturbed; ++i) m.loads[static_cast<std::size_t>(i)].waited_share = share;
  m.discarded = 30;
  return m;
}

TEST(Quiet, StolenTimeIsAShareOfTheSample) {
  EXPECT_EQ(lost_share({}, 5 * kMs), 0);
  EXPECT_DOUBLE_EQ(lost_share({.waited_share = 0.01}, 5 * kMs), 0.01);
  EXPECT_DOUBLE_EQ(lost_share({.waited_share = 0.01, .steal_ns = 10 * kMs}, 5 * kMs), 2.01);
  EXPECT_DOUBLE_EQ(lost_share({.steal_ns = 10 * kMs}, 10'000 * kMs), 0.001)
      << "one tick of a long sample";
  EXPECT_EQ(lost_share({.others_ns = 10 * kMs, .load_average = 9}, 5 * kMs), 0)
      << "they may have run while this worker did not want to";
}

TEST(Quiet, MoreThanHalfLoudIsInconclusiveWithItsEvidence) {
  EXPECT_FALSE(too_loud(measured(7, 15, 0.2)));
  const auto why = too_loud(measured(8, 15, 0.2));
  ASSERT_TRUE(why);
  EXPECT_NE(why->find("8 of 15 samples lost over 5%"), why->npos) << *why;
  EXPECT_NE(why->find("30 were taken again"), why->npos) << *why;
  EXPECT_FALSE(too_loud(measured(15, 15, 0.05))) << "noisy, but less than what a gate looks for";
  EXPECT_FALSE(too_loud({})) << "nobody looked";
}

TEST(Quiet, OfFewSamplesNoneMayBeLoud) {
  for (int count = 1; count < kLeastSamples; ++count) {
    EXPECT_FALSE(too_loud(measured(0, count, 0)));
    EXPECT_FALSE(too_loud(measured(count, count, 0.05)));
    const auto why = too_loud(measured(1, count, 1.34));
    ASSERT_TRUE(why) << count;
    EXPECT_NE(why->find("of fewer than 8 samples none may"), why->npos) << *why;
  }
  EXPECT_FALSE(too_loud(measured(1, kLeastSamples, 1.34)));
}

TEST(Quiet, ATickOfStealIsLoudInAShortSampleOnly) {
  auto m = measured(0, 3, 0);
  m.loads[1].steal_ns = 10 * kMs;
  EXPECT_TRUE(too_loud(m));
  m.samples_ns.assign(3, 1000 * kMs);
  EXPECT_FALSE(too_loud(m));
}

TEST(CommonRounds, AreThoseOfTheSameProcess) {
  Measured a, b;
  a.samples_ns = {1, 2, 3, 4, 5};
  b.samples_ns = {10, 20, 30};
  EXPECT_EQ(common_rounds(a, b).a, (std::vector<double>{1, 2, 3}));
  a.samples_per_process = {2, 3};
  b.samples_per_process = {1, 2};
  EXPECT_EQ(common_rounds(a, b).a, (std::vector<double>{1, 3, 4}));
  EXPECT_EQ(common_rounds(a, b).b, (std::vector<double>{10, 20, 30}));
  EXPECT_EQ(common_rounds(b, a).b, (std::vector<double>{1, 3, 4}));
  EXPECT_TRUE(common_rounds(a, Measured{}).a.empty());
}

TEST(NoiseFloor, IsTheLargestMedianDifferenceOfOneProcess) {
  Measured a, b;
  a.samples_per_process = b.samples_per_process = {5, 3};
  // Drifts of both and single outliers do not count; 2% less in the second process does.
  a.samples_ns = {100, 110, 120, 130, 140, 100, 100, 100};
  b.samples_ns = {101, 111.1, 990, 131.3, 141.4, 98, 98, 300};
  EXPECT_NEAR(largest_difference(a, b), 1 / 0.98 - 1, 1e-12);
  EXPECT_NEAR(largest_difference(b, a), 1 / 0.98 - 1, 1e-12);
  EXPECT_EQ(largest_difference(a, a), 0);
  EXPECT_EQ(largest_difference(a, Measured{}), 0);
}

}  // namespace
}  // namespace convgauge::measure
