// Ratios of two sets of samples: known ranks, coverage and false alarms by simulation, many
// comparisons at once.
#include "measure/evidence.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "core/layers.hpp"
#include "measure/many.hpp"

namespace convgauge::measure {
namespace {

/// Skewed as run times are, with the median given.
std::vector<double> times(std::mt19937_64& random, std::size_t n, double median,
                          double spread = 0.1) {
  std::lognormal_distribution<double> time(std::log(median), spread);
  std::vector<double> samples(n);
  std::generate(samples.begin(), samples.end(), [&] { return time(random); });
  return samples;
}

TEST(RankLaws, RankSumsWorkedOutByHand) {
  RankLaws laws;
  // 2 against 2: U = 0, 1, 2, 3, 4 in 1, 1, 2, 1, 1 of the 6 orders.
  const auto& law = laws.rank_sum(2, 2);
  ASSERT_EQ(law.size(), 5u);
  const double wanted[] = {1 / 6., 2 / 6., 4 / 6., 5 / 6., 1};
  for (std::size_t u = 0; u < 5; ++u) EXPECT_NEAR(law[u], wanted[u], 1e-15) << u;
  // One against m takes every place alike.
  for (std::size_t u = 0; u <= 7; ++u)
    EXPECT_NEAR(laws.rank_sum(1, 7)[u], static_cast<double>(u + 1) / 8, 1e-15);
  // 3 against 3: 1, 1, 2, 3, 3, 3, 3, 2, 1, 1 of the 20 orders.
  EXPECT_NEAR(laws.rank_sum(3, 3)[1], 0.1, 1e-15);
  EXPECT_NEAR(laws.rank_sum(3, 3)[3], 0.35, 1e-15);
}

TEST(RankLaws, NormalWhereExactEnds) {
  RankLaws laws;
  const auto& exact = laws.rank_sum(100, 100);
  const auto& normal = laws.rank_sum(100, 101);
  EXPECT_NEAR(exact[4000], 0.0074,
              0.0003);  // (4000.5 - 5000) / sqrt(100 * 100 * 201 / 12) = -2.442
  EXPECT_NEAR(normal[4040], 0.0074, 0.0005);
  EXPECT_NEAR(normal[5050], 0.5, 0.001);
}

TEST(RankLaws, SignsAreTheMedianIntervals) {
  RankLaws laws;
  std::mt19937_64 random(3);
  for (const std::size_t n : {1u, 5u, 8u, 15u, 21u, 100u, 2000u}) {
    const auto a = times(random, n, 2), b = times(random, n, 1);
    const auto mine = ratio_interval(paired_evidence(a, b, laws));
    const auto old = ratio(a, b);
    EXPECT_NEAR(mine.confidence, old.confidence, 1e-9) << n;
    ASSERT_EQ(mine.low.has_value(), old.low.has_value()) << n;
    if (!old.low) continue;
    EXPECT_NEAR(*mine.low, *old.low, 1e-12) << n;
    EXPECT_NEAR(*mine.high, *old.high, 1e-12) << n;
  }
}

TEST(Evidence, PairsCancelWhatBothRoundsShare) {
  RankLaws laws;
  std::vector<double> a, b;
  for (int i = 0; i < 15; ++i) {
    b.push_back(100 * (1 + i));  // the machine slows down fifteen-fold
    a.push_back(b.back() * 1.05);
  }
  const auto paired = ratio_interval(paired_evidence(a, b, laws));
  EXPECT_NEAR(*paired.low, 1.05, 1e-12);
  EXPECT_NEAR(*paired.high, 1.05, 1e-12);
  const auto unpaired = ratio_interval(unpaired_evidence(a, b, laws));
  EXPECT_LT(*unpaired.low, 1);
  EXPECT_GT(*unpaired.high, 1);
}

TEST(Evidence, TooFewSamplesHaveNoInterval) {
  RankLaws laws;
  const std::vector<double> a{2, 2.1, 2.2}, b{1, 1.1, 1.2};
  EXPECT_FALSE(ratio_interval(unpaired_evidence(a, b, laws)).low);
  EXPECT_NEAR(ratio_interval(unpaired_evidence(a, b, laws)).confidence, 0.9, 1e-12);  // 1 - 2/20
  EXPECT_FALSE(ratio_interval(paired_evidence(a, b, laws)).low);
  EXPECT_NEAR(p_value(paired_evidence(a, b, laws), 0.01), 0.25, 1e-12);  // 2 * 1/8
  const std::vector<double> one{1.5};
  EXPECT_EQ(p_value(paired_evidence(one, one, laws), 0.01), 1);
}

TEST(Evidence, IntervalAndPValueAgreeAtEveryMargin) {
  RankLaws laws;
  std::mt19937_64 random(4);
  for (int trial = 0; trial < 400; ++trial) {
    const auto a = times(random, 15, 1 + 0.001 * trial, 0.05), b = times(random, 15, 1.2, 0.05);
    for (const bool paired : {true, false}) {
      const auto evidence = paired ? paired_evidence(a, b, laws) : unpaired_evidence(a, b, laws);
      const auto interval = ratio_interval(evidence);
      const bool outside = *interval.low > 1.01 || *interval.high < 1 / 1.01;
      EXPECT_EQ(p_value(evidence, 0.01) <= 1 - 0.99, outside) << trial << paired;
    }
  }
}

TEST(Evidence, EveryRatioIsItsInverseTurnedRound) {
  RankLaws laws;
  std::mt19937_64 random(5);
  const auto a = times(random, 12, 1.3), b = times(random, 17, 1);
  const auto there = ratio_interval(unpaired_evidence(a, b, laws)),
             back = ratio_interval(unpaired_evidence(b, a, laws));
  EXPECT_NEAR(there.median * back.median, 1, 1e-12);
  EXPECT_NEAR(*there.low * *back.high, 1, 1e-12);
}

struct Simulated {
  double covered, alarms, found;
};
/// Of 4,000 experiments with the true ratio: intervals that held it, and those that called it
/// slower by over 1%.
Simulated simulate(bool paired, std::size_t n, double truth) {
  constexpr int kTrials = 4000;
  RankLaws laws;
  std::mt19937_64 random(6);
  int covered = 0, slower = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    const auto a = times(random, n, truth, 0.02), b = times(random, n, 1, 0.02);
    const auto evidence = paired ? paired_evidence(a, b, laws) : unpaired_evidence(a, b, laws);
    const auto interval = ratio_interval(evidence);
    covered += *interval.low <= truth && truth <= *interval.high;
    slower += *interval.low > 1.01;
  }
  return {covered / double{kTrials}, slower / double{kTrials}, slower / double{kTrials}};
}

TEST(Evidence, IntervalsCoverTheTruthAsOftenAsTheySay) {
  for (const bool paired : {true, false})
    for (const std::size_t n : {9u, 15u, 21u}) {
      // 4,000 trials: 0.99 less three standard errors, 3 sqrt(0.99 * 0.01 / 4000) = 0.0047.
      EXPECT_GE(simulate(paired, n, 1.3).covered, 0.9853) << paired << " " << n;
      EXPECT_LE(simulate(paired, n, 1).alarms, 0.005) << paired << " " << n;
    }
  EXPECT_GE(simulate(true, 21, 1.05).found, 0.95);
  EXPECT_GE(simulate(false, 21, 1.05).found, 0.95);
}

TEST(Many, RatesWorkedOutByHand) {
  const auto rates = false_discovery_rates(std::vector{0.01, 0.5, 0.02, 0.03});
  const double wanted[] = {0.04, 0.5, 0.04, 0.04};
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(rates[i], wanted[i], 1e-15);
  const auto holm = family_wise(std::vector{0.01, 0.5, 0.02, 0.03});
  const double stricter[] = {0.04, 0.5, 0.06, 0.06};
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(holm[i], stricter[i], 1e-15);
  EXPECT_TRUE(false_discovery_rates({}).empty());
}

TEST(Many, FalseDiscoveriesStayAtTheirRate) {
  constexpr int kRuns = 300, kCases = 100, kChanged = 20;
  RankLaws laws;
  std::mt19937_64 random(8);
  double share = 0, found = 0, any_false = 0;
  for (int run = 0; run < kRuns; ++run) {
    std::vector<double> p;
    for (int i = 0; i < kCases; ++i) {
      const auto a = times(random, 21, i < kChanged ? 1.05 : 1, 0.02),
                 b = times(random, 21, 1, 0.02);
      p.push_back(p_value(paired_evidence(a, b, laws), 0));
    }
    const auto rates = false_discovery_rates(p), holm = family_wise(p);
    const auto named =
        std::count_if(rates.begin(), rates.end(), [](double q) { return q <= 0.05; });
    const auto right =
        std::count_if(rates.begin(), rates.begin() + kChanged, [](double q) { return q <= 0.05; });
    share += named == 0 ? 0 : static_cast<double>(named - right) / static_cast<double>(named);
    found += static_cast<double>(right) / kChanged;
    any_false +=
        std::any_of(holm.begin() + kChanged, holm.end(), [](double q) { return q <= 0.05; });
  }
  EXPECT_LE(share / kRuns, 0.05);
  EXPECT_GE(found / kRuns, 0.95);
  EXPECT_LE(any_false / kRuns, 0.05 + 3 * 0.0126);  // three standard errors of 300 runs
}

TEST(GeometricMean, OfOneCaseIsTheCase) {
  RankLaws laws;
  std::mt19937_64 random(9);
  for (const std::size_t n : {8u, 15u, 21u}) {
    const auto evidence = paired_evidence(times(random, n, 1.2), times(random, n, 1), laws);
    GeometricMean mean;
    mean.add(evidence, 3);
    const auto one = ratio_interval(evidence), all = mean.result();
    EXPECT_NEAR(all.median, one.median, 1e-12);
    EXPECT_GE(*all.low, *one.low - 1e-12) << n;  // between the same two steps, or on one
    EXPECT_LE(*all.high, *one.high + 1e-12) << n;
  }
}

TEST(GeometricMean, IsWeightedByCount) {
  RankLaws laws;
  const std::vector<double> ones(9, 1), twos(9, 2);
  GeometricMean mean;
  mean.add(paired_evidence(twos, ones, laws), 3);
  mean.add(paired_evidence(ones, ones, laws), 1);
  EXPECT_NEAR(mean.result().median, std::pow(2, 0.75), 1e-12);
  EXPECT_NEAR(*mean.result().low, std::pow(2, 0.75), 1e-12);
  EXPECT_EQ(mean.cases(), 2);
  mean.add(paired_evidence(std::vector{1.0}, std::vector{1.0}, laws), 1);
  EXPECT_FALSE(mean.result().low) << "one case without an interval leaves the mean without";
}

TEST(GeometricMean, CoversTheTruth) {
  constexpr int kTrials = 1000, kCases = 6;
  RankLaws laws;
  std::mt19937_64 random(10);
  for (const bool paired : {true, false}) {
    int covered = 0;
    for (int trial = 0; trial < kTrials; ++trial) {
      GeometricMean mean;
      double truth = 0, weights = 0;
      for (int i = 0; i < kCases; ++i) {
        const double ratio = 0.8 + 0.1 * i, weight = 1 + i;
        const auto a = times(random, 15, ratio, 0.1), b = times(random, 15, 1, 0.1);
        mean.add(paired ? paired_evidence(a, b, laws) : unpaired_evidence(a, b, laws), weight);
        truth += weight * std::log(ratio), weights += weight;
      }
      const auto interval = mean.result();
      covered +=
          std::log(*interval.low) <= truth / weights && truth / weights <= std::log(*interval.high);
    }
    EXPECT_GE(covered / double{kTrials}, 0.98)
        << paired;  // 0.99 less three standard errors of 1,000
  }
}

TEST(RatioOfSums, OfOnePartIsThatPart) {
  RankLaws laws;
  std::mt19937_64 random(11);
  const auto evidence = paired_evidence(times(random, 15, 1.2), times(random, 15, 1), laws);
  const auto own = ratio_interval(evidence);
  RatioOfSums sums;
  sums.add(evidence, 30);
  EXPECT_NEAR(*sums.result().low, *own.low, 1e-12);
  EXPECT_EQ(sums.result().confidence, own.confidence);
  sums.add_common(60);
  EXPECT_NEAR(sums.result().median, (own.median + 2) / 3, 1e-12);
  EXPECT_NEAR(*sums.result().high, (*own.high + 2) / 3, 1e-12);
  RatioOfSums same;
  same.add_common(5);
  EXPECT_EQ(same.result(), (MedianInterval{1, 1, 1, 1}));
  RatioOfSums few;
  few.add(paired_evidence(std::vector<double>(7, 2), std::vector<double>(7, 1), laws), 1);
  few.add(evidence, 1);
  EXPECT_FALSE(few.result().low) << "seven samples reach 98.4%";
}

TEST(RatioOfSums, CoversTheTruth) {
  constexpr int kTrials = 1000;
  RankLaws laws;
  std::mt19937_64 random(12);
  for (const int parts : {1, 2, 3, 20}) {
    int covered = 0;
    for (int trial = 0; trial < kTrials; ++trial) {
      RatioOfSums sums;
      double above = 0, below = 0;
      for (int i = 0; i < parts; ++i) {
        const double ratio = 0.8 + 0.1 * i, time = 1 + i;
        sums.add(paired_evidence(times(random, 8, ratio, 0.1), times(random, 8, 1, 0.1), laws),
                 time);
        above += ratio * time, below += time;
      }
      const auto interval = sums.result();
      covered += *interval.low <= above / below && above / below <= *interval.high;
    }
    EXPECT_GE(covered / double{kTrials}, 0.98) << parts;  // 0.99 less three standard errors
  }
}

}  // namespace
}  // namespace convgauge::measure
