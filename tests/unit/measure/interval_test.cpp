// median_interval(): known positions, small n, any n, and coverage of the true median by
// simulation.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "core/layers.hpp"
#include "measure/statistics.hpp"

namespace convgauge::measure {
namespace {

/// 1, 2, ... n in an order that is not sorted: what an interval returns is then the rank itself.
std::vector<double> ranks(int n) {
  std::vector<double> values(static_cast<std::size_t>(n));
  std::iota(values.begin(), values.end(), 1.0);
  std::shuffle(values.begin(), values.end(), std::mt19937_64(7));
  return values;
}

void expect_ranks(int n, double low, double high, double confidence) {
  const auto interval = median_interval(ranks(n));
  ASSERT_TRUE(interval.low && interval.high) << n;
  EXPECT_EQ(*interval.low, low) << n;
  EXPECT_EQ(*interval.high, high) << n;
  EXPECT_DOUBLE_EQ(interval.confidence, confidence) << n;
  EXPECT_EQ(interval.median, (n + 1) / 2.0) << n;
}

TEST(MedianInterval, PositionsWorkedOutByHand) {
  expect_ranks(8, 1, 8, 1 - 2 * 1.0 / 256);
  expect_ranks(9, 1, 9, 1 - 2 * 1.0 / 512);       // without both ends: 1 - 20/512 = 0.961
  expect_ranks(12, 2, 11, 1 - 2 * 13 / 4096.);    // 1 + 12; 11 samples: 1 - 24/2048 = 0.988
  expect_ranks(15, 3, 13, 1 - 2 * 121 / 32768.);  // 1 + 15 + 105; with 455 more: 0.965
  expect_ranks(21, 5, 17,
               1 - 2 * 7547 / 2097152.);  // 1 + 21 + 210 + 1330 + 5985; with 20349 more: 0.973
}

TEST(MedianInterval, TooFewSamplesGiveWhatTheirRangeAchieves) {
  for (int n = 1; n < 8; ++n) {
    const auto interval = median_interval(ranks(n));
    EXPECT_FALSE(interval.low || interval.high) << n;
    EXPECT_EQ(interval.confidence, 1 - std::pow(2.0, 1 - n)) << n;
    EXPECT_EQ(interval.median, (n + 1) / 2.0) << n;
  }
  EXPECT_EQ(median_interval(std::vector{5.0}).confidence, 0);
}

TEST(MedianInterval, AConfidenceMetExactlyIsMet) {
  EXPECT_EQ(median_interval(ranks(2), 0.5).low, 1);
  EXPECT_EQ(median_interval(ranks(8), 1 - 2 * 1.0 / 256).low, 1);
  EXPECT_EQ(median_interval(ranks(8), std::nextafter(1 - 2 * 1.0 / 256, 1.0)).low, std::nullopt);
}

TEST(MedianInterval, EvenCountsTakeTheMiddleOfTheMiddleTwo) {
  EXPECT_EQ(median_interval(std::vector{4.0, 1.0, 3.0, 100.0}).median, 3.5);
  EXPECT_EQ(median_interval(std::vector{1e308, 1.5e308}).median, 1.25e308)
      << "no overflow on the way";
}

TEST(MedianInterval, NarrowestForEveryCount) {
  for (int n = 8; n <= 400; ++n) {
    const auto interval = median_interval(ranks(n));
    ASSERT_TRUE(interval.low) << n;
    EXPECT_EQ(*interval.low + *interval.high, n + 1) << "symmetric";
    EXPECT_GE(interval.confidence, 0.99) << n;
    const auto median_above =
        [n](double low) {  // P(B <= low - 1) by logarithms: another way to the same number
          double p = 0;
          for (int j = 0; j < low; ++j)
            p += std::exp(std::lgamma(n + 1.0) - std::lgamma(j + 1.0) - std::lgamma(n - j + 1.0) -
                          n * std::log(2.0));
          return p;
        };
    EXPECT_NEAR(interval.confidence, 1 - 2 * median_above(*interval.low), 1e-10) << n;
    EXPECT_LT(1 - 2 * median_above(*interval.low + 1), 0.99)
        << "one narrower would not do, n = " << n;
  }
}

TEST(MedianInterval, ManySamplesNeitherOverflowNorUnderflow) {
  constexpr int kCount = 100'000;
  const auto interval = median_interval(ranks(kCount));
  ASSERT_TRUE(interval.low);
  const double half_width = 2.5758 * std::sqrt(kCount) / 2;  // the normal limit
  EXPECT_NEAR(*interval.low, kCount / 2.0 - half_width, 2);
  EXPECT_NEAR(interval.confidence, 0.99, 1e-4);
}

TEST(MedianInterval, OrderOfSamplesDoesNotMatter) {
  auto values = ranks(21);
  const auto before = median_interval(values);
  std::reverse(values.begin(), values.end());
  EXPECT_EQ(median_interval(values), before);
}

/// Share of 20,000 seeded experiments whose interval holds the true median. Skewed as run times
/// are.
double coverage(int n) {
  constexpr int kTrials = 20'000;
  std::mt19937_64 random(2024);
  std::lognormal_distribution<double> time(0.0, 0.5);  // its median is 1
  int held = 0;
  std::vector<double> samples(static_cast<std::size_t>(n));
  for (int trial = 0; trial < kTrials; ++trial) {
    std::generate(samples.begin(), samples.end(), [&] { return time(random); });
    const auto interval = median_interval(samples);
    held += *interval.low <= 1 && 1 <= *interval.high;
  }
  return held / static_cast<double>(kTrials);
}

TEST(MedianInterval, CoversTheTrueMedianAsOftenAsItSays) {
  for (const int n : {8, 15, 21, 40}) {
    const double stated = median_interval(ranks(n)).confidence;
    const double sigma = std::sqrt(stated * (1 - stated) / 20'000);
    EXPECT_NEAR(coverage(n), stated, 4 * sigma) << n;
  }
}

TEST(Ratio, PairsTheSamplesOfARound) {
  const std::vector<double> b{1, 2, 4, 8, 16, 32, 64, 128}, a{2, 4, 8, 16, 32, 64, 128, 256};
  const auto twice = ratio(a, b);
  EXPECT_EQ(twice.median, 2) << "the machine drifted 128-fold, the ratio did not";
  EXPECT_EQ(twice.low, 2);
  EXPECT_EQ(twice.high, 2);
  EXPECT_EQ(ratio(b, a).median, 0.5);
  EXPECT_EQ(ratio(std::vector{3.0, 1.0}, std::vector{1.0, 1.0}).low, std::nullopt);
}

TEST(Ratio, ChangesSidesWithItsArguments) {
  std::mt19937_64 random(5);
  std::uniform_real_distribution<double> time(1, 2);
  std::vector<double> a(15), b(15);
  std::generate(a.begin(), a.end(), [&] { return time(random); });
  std::generate(b.begin(), b.end(), [&] { return time(random); });
  const auto forth = ratio(a, b), back = ratio(b, a);
  EXPECT_NEAR(forth.median * back.median, 1, 1e-15);
  EXPECT_NEAR(*forth.low * *back.high, 1, 1e-15);
  EXPECT_LE(*forth.low, forth.median);
  EXPECT_LE(forth.median, *forth.high);
}

}  // namespace
}  // namespace convgauge::measure
