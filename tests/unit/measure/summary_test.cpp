// summarize(): minimum, MAD, autocorrelation and drift on numbers worked out by hand, and their
// false alarms.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "core/layers.hpp"
#include "measure/measurement.hpp"
#include "measure/statistics.hpp"

namespace convgauge::measure {
namespace {

TEST(Summary, OfKnownNumbers) {
  const auto s = summarize(std::vector<double>{3, 1, 4, 1, 5, 9, 2, 6});
  EXPECT_EQ(s.interval.median, 3.5);
  EXPECT_EQ(s.interval.low, 1);
  EXPECT_EQ(s.interval.high, 9);
  EXPECT_EQ(s.min, 1);
  EXPECT_EQ(s.mad, 2);  // deviations .5 .5 1.5 1.5 | 2.5 2.5 2.5 5.5
  // mean 31/8; over 64: squares 3384, products -593
  EXPECT_NEAR(s.autocorrelation, -593. / 3384, 1e-15);
  EXPECT_FALSE(s.drift);
}

TEST(Summary, OfOneSample) {
  const auto s = summarize(std::vector{7.0});
  EXPECT_EQ(s.interval.median, 7);
  EXPECT_EQ(s.min, 7);
  EXPECT_EQ(s.mad, 0);
  EXPECT_EQ(s.autocorrelation, 0);
  EXPECT_FALSE(s.drift);
}

TEST(Summary, EqualSamplesSayNothingOfOrder) {
  const auto s = summarize(std::vector<double>(1000, 0.1));  // whose rounded mean is not 0.1
  EXPECT_EQ(s.autocorrelation, 0);
  EXPECT_EQ(s.mad, 0);
  EXPECT_FALSE(s.drift);
}

TEST(Autocorrelation, KnownSigns) {
  EXPECT_EQ(summarize(std::vector<double>{1, 2}).autocorrelation, 0) << "two samples say nothing";
  std::vector<double> zigzag, steps;
  for (int i = 0; i < 100; ++i) {
    zigzag.push_back(i % 2);
    steps.push_back(i / 10 % 2);
  }
  EXPECT_NEAR(summarize(zigzag).autocorrelation, -0.99, 1e-12);
  EXPECT_NEAR(summarize(steps).autocorrelation, 0.81, 1e-12);  // 99 neighbours: 90 alike, 9 not
}

TEST(Autocorrelation, FindsWhatAnAutoregressiveSourceHas) {
  std::mt19937_64 random(11);
  std::normal_distribution<double> noise;
  std::vector<double> x{0};
  for (int i = 0; i < 20'000; ++i) x.push_back(0.67 * x.back() + noise(random));
  EXPECT_NEAR(summarize(x).autocorrelation, 0.67, 0.02);
}

TEST(Drift, NeedsSixSamplesInOneDirection) {
  // S = 10, variance 50/3: z = 9 / 4.08 = 2.20. S = 15, variance 85/3: z = 14 / 5.32 = 2.63 >
  // 2.576.
  EXPECT_FALSE(summarize(std::vector<double>{1, 2, 3, 4, 5}).drift);
  EXPECT_TRUE(summarize(std::vector<double>{1, 2, 3, 4, 5, 6}).drift);
  EXPECT_TRUE(summarize(std::vector<double>{6, 5, 4, 3, 2, 1}).drift)
      << "getting faster is a drift too";
}

TEST(Drift, TiesLowerTheVariance) {
  // Two groups of five: S = 25, variance (2250 - 600)/18 = 91.67, z = 24/9.57 = 2.507. Of six: S =
  // 36, variance (3828 - 2*510)/18 = 156, z = 35/12.49 = 2.80; without the correction it were
  // 35/14.58 = 2.40, no drift.
  EXPECT_FALSE(summarize(std::vector<double>{1, 1, 1, 1, 1, 2, 2, 2, 2, 2}).drift);
  EXPECT_TRUE(summarize(std::vector<double>{1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2}).drift);
}

TEST(Drift, AnOutlierIsNone) {
  std::vector<double> x{10, 11, 10, 12, 11, 10, 12, 11, 10, 11, 12, 10, 11, 10, 1e9};
  EXPECT_FALSE(summarize(x).drift);
}

int alarms(double trend_per_sample) {
  std::mt19937_64 random(3);
  std::lognormal_distribution<double> time(0.0, 0.02);
  int count = 0;
  for (int trial = 0; trial < 10'000; ++trial) {
    std::vector<double> x;
    for (int i = 0; i < 15; ++i) x.push_back(time(random) * (1 + trend_per_sample * i));
    count += summarize(x).drift;
  }
  return count;
}

TEST(Drift, FalseAlarmsAtOnePercentAndPowerOverATrend) {
  EXPECT_LE(alarms(0.0), 130);     // 1% of 10,000 and three sigma
  EXPECT_GE(alarms(0.0), 50);      // and it is not deaf
  EXPECT_GE(alarms(0.01), 9'500);  // 14% in all, over 2% of noise
}

TEST(MeasurementKind, HasItsWord) {
  EXPECT_EQ(kind(Measured{}), "measured");
  EXPECT_EQ(kind(Skipped{SkipReason::not_verified, "differs"}), "skipped");
  EXPECT_EQ(kind(Inconclusive{"others used 8% of the processor"}), "inconclusive");
}

}  // namespace
}  // namespace convgauge::measure
