// Which algorithms are offered, and in which order.
#include <gtest/gtest.h>

#include <set>

#include "instruction_sets.hpp"
#include "problem.hpp"

namespace convgauge::backends::fft {
namespace {

std::set<std::string> names(const Problem& p) {
  std::set<std::string> all;
  for (const auto& c : candidates(spec_of(p), kPortable, 1)) all.insert(c.name());
  return all;
}

TEST(Cost, EveryTileIsOfferedOnce) {
  const auto all = names({.h = {30, 3, 1, 1, 1, 1}, .w = {30, 63, 1, 1, 31, 31}});
  EXPECT_EQ(all.size(), kTileCount * kTileCount);
  EXPECT_TRUE(all.count("fft.8x64") && all.count("fft.64x8") && all.count("fft.20x40"));
}

TEST(Cost, AnAxisOfOneTapIsNotTransformed) {
  EXPECT_EQ(names({.h = {30, 1, 1, 1, 0, 0}, .w = {30, 3, 1, 1, 1, 1}}).count("fft.1x8"), 1u);
  EXPECT_EQ(names({.h = {30, 1, 1, 1, 0, 0}, .w = {30, 3, 1, 1, 1, 1}}).size(), kTileCount);
  EXPECT_EQ(names({.h = {30, 3, 1, 1, 1, 1}, .w = {30, 1, 1, 1, 0, 0}}).count("fft.64x1"), 1u);
}

TEST(Cost, TheCheapestComesFirst) {
  for (const std::int64_t k : {3, 7, 31}) {
    const Problem p{
        .in = 64, .out = 64, .h = {56, k, 1, 1, k / 2, k / 2}, .w = {56, k, 1, 1, k / 2, k / 2}};
    const auto all = candidates(spec_of(p), kPortable, 2);
    for (std::size_t i = 1; i < all.size(); ++i) EXPECT_LE(all[i - 1].cost_ns, all[i].cost_ns);
    EXPECT_GT(all.back().cost_ns, 2 * all.front().cost_ns);
  }
}

TEST(Cost, WeightsBeyondTheCachesPreferSmallTiles) {
  const auto weight_bytes = [](std::int64_t channels) {
    const Problem p{
        .in = channels, .out = channels, .h = {14, 5, 1, 1, 2, 2}, .w = {14, 5, 1, 1, 2, 2}};
    const auto best = candidates(spec_of(p), kPortable, 1).front();
    return 4 * best.cut.slots();
  };
  EXPECT_LE(weight_bytes(1024), weight_bytes(32));
}

}  // namespace
}  // namespace convgauge::backends::fft
