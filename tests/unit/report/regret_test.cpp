// Regret: chosen on one half of the rounds, told from the other, per layer and family, with an
// interval.
#include "report/regret.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/layers.hpp"
#include "few_cases.hpp"
#include "report/report.hpp"

namespace convgauge::report {
namespace {

/// `choosing` in the rounds that choose, `reporting` in the others.
std::vector<double> by_round(double choosing, double reporting, int count = 16) {
  std::vector<double> samples;
  for (int i = 0; i < count; ++i) samples.push_back(i % 2 == 1 ? choosing : reporting);
  return samples;
}

TEST(Regret, IsToldFromRoundsThatItWasNotChosenOn) {
  // "lucky" looks fastest on the rounds that one chooses on, and is not on the others.
  const auto results = run_of({algorithm_of("a", "own", "x", by_round(100, 100), true),
                               algorithm_of("a", "lucky", "x", by_round(50, 110)),
                               algorithm_of("a", "steady", "x", by_round(80, 80))});
  const auto groups = arrange(results);
  const auto all = regrets(groups.at(0));
  ASSERT_EQ(all.size(), 1u);
  ASSERT_EQ(all[0].rows.size(), 1u);
  EXPECT_EQ(all[0].label, "a");
  EXPECT_EQ(all[0].rows[0].best->algorithm->name, "lucky");
  EXPECT_NEAR(all[0].rows[0].ratio.median, 100.0 / 110, 1e-12)
      << "not 2, what the lucky rounds show";
  EXPECT_NEAR(all[0].mean, 100.0 / 110, 1e-12);
  EXPECT_EQ(all[0].worst, 1) << "nothing to regret";
}

TEST(Regret, HasAnIntervalWhereTheRoundsAllowOne) {
  const auto regret = [](int rounds) {
    const auto results = run_of({algorithm_of("a", "own", "x", about(200, rounds), true),
                                 algorithm_of("a", "fast", "x", about(100, rounds))});
    return regrets(arrange(results).at(0)).at(0).rows.at(0).ratio;
  };
  EXPECT_NEAR(regret(15).median, 2, 1e-12);
  ASSERT_TRUE(regret(15).low && regret(15).high);
  EXPECT_NEAR(*regret(15).low, 2, 1e-12);
  EXPECT_GE(regret(15).confidence, 0.99) << "eight rounds";
  EXPECT_FALSE(regret(14).low) << "seven reach 98.4%";
}

TEST(Regret, WeighsLayersByTheirCountAndNamesTheWorst) {
  const auto results = run_of({algorithm_of("a", "own", "x", about(200), true, 1),
                               algorithm_of("a", "other", "x", about(100), false, 1),
                               algorithm_of("a", "own", "y", about(100), true, 3),
                               algorithm_of("a", "other", "y", about(200), false, 3)});
  const auto all = regrets(arrange(results).at(0));
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].layers, 2);
  EXPECT_NEAR(all[0].mean, std::pow(2, 0.25), 1e-9) << "2 once, 1 three times";
  EXPECT_NEAR(all[0].worst, 2, 1e-12);
  EXPECT_EQ(all[0].worst_row, "x");
  EXPECT_EQ(all[0].better, "other");
}

TEST(Regret, NeedsItsOwnChoiceAndAnother) {
  const auto none = [](std::vector<CaseRecord> cases) {
    const auto results = run_of(std::move(cases));
    return regrets(arrange(results).at(0)).empty();
  };
  EXPECT_TRUE(none({algorithm_of("a", "own", "x", about(1), true)}));
  EXPECT_TRUE(none({algorithm_of("a", "p", "x", about(1)), algorithm_of("a", "q", "x", about(1))}));
  EXPECT_TRUE(none({algorithm_of("a", "own", "x", about(1), true),
                    algorithm_of("b", "q", "x", about(1), true)}));
  auto wrong = algorithm_of("a", "own", "x", about(9), true);
  wrong.verdict = Differs{};
  EXPECT_TRUE(
      none({wrong, algorithm_of("a", "q", "x", about(1)), algorithm_of("a", "r", "x", about(1))}));
}

TEST(Regret, StandsInCsvAndJson) {
  const auto results = run_of({algorithm_of("a", "own", "x", about(200), true),
                               algorithm_of("a", "fast", "x", about(100))});
  const auto csv = csv_report(results);
  EXPECT_NE(csv.find(",regret,regret_low,regret_high,best_algorithm\r\n"), csv.npos);
  EXPECT_NE(csv.find(",2,2,2,fast\r\n"), csv.npos) << csv;
  EXPECT_TRUE(csv.ends_with(",,,,\r\n")) << "the other algorithm regrets nothing: " << csv;
  const auto json = gbench_report(results);
  EXPECT_NE(json.find("\"regret\": 2.0"), json.npos) << json;
  EXPECT_NE(json.find("\"best_algorithm\": \"fast\""), json.npos) << json;
}

}  // namespace
}  // namespace convgauge::report
