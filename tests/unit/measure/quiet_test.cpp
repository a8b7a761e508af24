// Which samples are taken again, which cases are inconclusive, and which rounds are common.
#include "measure/quiet.hpp"

#include <gtest/gtest.h>
#include "core/layers.hpp"

namespace convgauge::measure {
namespace {

std::vector<SampleLoad> loads(int disturbed, int count, double share) {
  std::vector<SampleLoad> list(static_cast<std::size_t>(count));
  for (int i = 0; i < disturbed; ++i) list[static_cast<std::size_t>(i)].waited_share = share;
  return list;
}

TEST(Quiet, AboveOnePerCentOrAnyStealIsNot) {
  EXPECT_TRUE(quiet({}));
  EXPECT_TRUE(quiet({.waited_share = 0.01}));
  EXPECT_FALSE(quiet({.waited_share = 0.0101}));
  EXPECT_FALSE(quiet({.steal_ns = 1e7}));
  EXPECT_TRUE(quiet({.others_ns = 1e7, .load_average = 9}))
      << "they may have run while this worker did not want to";
}

TEST(Quiet, TheQuieterAttemptIsTheLessDisturbed) {
  EXPECT_TRUE(quieter({.waited_share = 0.02}, {.waited_share = 0.03}));
  EXPECT_TRUE(quieter({.waited_share = 0.5}, {.waited_share = 0.03, .steal_ns = 1e7}));
  EXPECT_FALSE(quieter({}, {}));
}

TEST(Quiet, MoreThanHalfLoudIsInconclusiveWithItsEvidence) {
  EXPECT_FALSE(too_loud(loads(7, 15, 0.2), 30));
  const auto why = too_loud(loads(8, 15, 0.2), 30);
  ASSERT_TRUE(why);
  EXPECT_NE(why->find("8 of 15 samples lost over 5%"), why->npos) << *why;
  EXPECT_NE(why->find("30 were taken again"), why->npos) << *why;
  EXPECT_FALSE(too_loud(loads(15, 15, 0.05), 30)) << "noisy, but less than what a gate looks for";
  EXPECT_FALSE(too_loud(loads(7, 7, 0.9), 30)) << "no interval is claimed of so few";
  EXPECT_FALSE(too_loud({}, 0)) << "nobody looked";
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

}  // namespace
}  // namespace convgauge::measure
