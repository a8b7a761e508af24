// round_order(): mirrored, fair, and the same on every machine.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "core/layers.hpp"
#include "measure/statistics.hpp"

namespace convgauge::measure {
namespace {

TEST(RoundOrder, SameOnEveryMachine) {  // from a second implementation, in Python, of splitmix64
                                        // and Fisher-Yates
  EXPECT_EQ(round_order(5, 0, 1), (std::vector{0, 4, 1, 2, 3}));
  EXPECT_EQ(round_order(5, 1, 1), (std::vector{3, 2, 1, 4, 0}));
  EXPECT_EQ(round_order(5, 2, 1), (std::vector{1, 2, 3, 4, 0}));
  EXPECT_EQ(round_order(7, 14, 42), (std::vector{3, 1, 2, 0, 6, 5, 4}));
  EXPECT_EQ(round_order(3, 0, 0), (std::vector{1, 2, 0}));
}

TEST(RoundOrder, IsAPermutationAndMirrors) {
  for (int count = 0; count < 12; ++count)
    for (int round = 0; round < 40; round += 2) {
      auto order = round_order(count, round, 9);
      auto mirrored = round_order(count, round + 1, 9);
      std::reverse(mirrored.begin(), mirrored.end());
      EXPECT_EQ(order, mirrored);
      std::sort(order.begin(), order.end());
      std::vector<int> all(static_cast<std::size_t>(count));
      std::iota(all.begin(), all.end(), 0);
      EXPECT_EQ(order, all);
    }
}

TEST(RoundOrder, EveryOrderIsAsLikely) {
  std::map<std::vector<int>, int> seen;
  for (int round = 0; round < 12'000; round += 2) ++seen[round_order(3, round, 77)];
  ASSERT_EQ(seen.size(), 6u);
  for (const auto& [order, times] : seen)
    EXPECT_NEAR(times, 1000, 4 * 28.9);  // sigma of Binomial(6000, 1/6)
}

TEST(RoundOrder, SeedsDoNotOverlap) {
  int alike = 0;
  for (int round = 0; round < 200; round += 2)
    alike += round_order(8, round, 1) == round_order(8, round + 2, 0);
  EXPECT_EQ(alike, 0);
}

}  // namespace
}  // namespace convgauge::measure
