// Pairs of cases, what became of each, the networks, and what was not the same.
#include <gtest/gtest.h>

#include <cmath>

#include "core/layers.hpp"
#include "few_cases.hpp"
#include "report/compare/comparison.hpp"

namespace convgauge::report {
namespace {

Comparison compared(const Results& a, const Results& b, const CompareOptions& options = {}) {
  auto comparison = compare({"then", {&a}}, {"now", {&b}}, options);
  EXPECT_TRUE(comparison) << comparison.error().message;
  return std::move(*comparison);
}

Change change_of(CaseRecord a, CaseRecord b) {
  const auto then = run_of({std::move(a)}), now = run_of({std::move(b)});
  return compared(then, now).cases.at(0).change;
}

TEST(Compare, NamesWhatBecameOfACase) {
  const auto good = timed("a", "l", about(1000)), slow = timed("a", "l", about(1500)),
             few = timed("a", "l", {1, 2});
  const auto wrong = untimed("a", "l", Failed{"x"}),
             refused = untimed("a", "l", Refused{RefusalReason::kernel, "x"});
  EXPECT_EQ(change_of(good, slow), Change::slower);
  EXPECT_EQ(change_of(slow, good), Change::faster);
  EXPECT_EQ(change_of(good, good), Change::same);
  EXPECT_EQ(change_of(good, few), Change::undecided);
  EXPECT_EQ(change_of(good, wrong), Change::broke);
  EXPECT_EQ(change_of(refused, wrong), Change::broke) << "an honest refusal became a failure";
  EXPECT_EQ(change_of(wrong, good), Change::mended);
  EXPECT_EQ(change_of(good, refused), Change::refused);
  EXPECT_EQ(change_of(refused, good), Change::accepted);
  EXPECT_EQ(change_of(refused, refused), Change::untimed);
  EXPECT_EQ(change_of(good, untimed("a", "l", Agrees{}, Skipped{SkipReason::over_budget})),
            Change::untimed);
  const auto unjudged = untimed("a", "l", Unjudged{"no processor"});
  EXPECT_EQ(change_of(good, unjudged), Change::untimed) << "the machine's trouble, not a defect";
  EXPECT_EQ(change_of(unjudged, good), Change::untimed);
  EXPECT_EQ(change_of(unjudged, wrong), Change::broke);
}

TEST(Compare, GoneAndAddedAreNamed) {
  const auto then = run_of({timed("a", "l", about(1)), timed("b", "l", about(1))});
  const auto now = run_of({timed("c", "l", about(1)), timed("a", "l", about(1))});
  const auto comparison = compared(then, now);
  EXPECT_EQ(comparison.count(Change::same), 1);
  EXPECT_EQ(comparison.count(Change::gone), 1);
  EXPECT_EQ(comparison.count(Change::added), 1);
}

TEST(Compare, PairsOneRunByRoundAndTwoRunsByAllRatios) {
  // A machine that drifts three-fold while both wobble alike.
  std::vector<double> base, other;
  for (int i = 0; i < 15; ++i)
    base.push_back(1000.0 * (1 + i / 7.0)), other.push_back(base.back() * 1.05);
  const auto run = run_of({timed("a", "l", base), timed("b", "l", other)});
  const auto paired = compare({"run", {&run}}, {"run", {&run}}, {.of = "b", .with = "a"});
  ASSERT_TRUE(paired);
  EXPECT_TRUE(paired->cases.at(0).paired);
  EXPECT_EQ(paired->cases.at(0).change, Change::slower);
  EXPECT_EQ(unpaired_warning(*paired), "");
  const auto then = run_of({timed("a", "l", base)}), now = run_of({timed("a", "l", other)});
  const auto unpaired = compared(then, now);
  EXPECT_FALSE(unpaired.cases.at(0).paired);
  EXPECT_EQ(unpaired.cases.at(0).change, Change::same) << "the drift hides 5%";
  EXPECT_NE(unpaired_warning(unpaired), "");
}

TEST(Compare, AChangeWithinTheMarginIsNone) {
  const std::vector<double> base(15, 1000.0), other(15, 1008.0);
  const auto run = run_of({timed("a", "l", base), timed("b", "l", other)});
  const auto change = [&](double margin) {
    return compare({"run", {&run}}, {"run", {&run}}, {.of = "b", .with = "a", .margin = margin})
        ->cases.at(0)
        .change;
  };
  EXPECT_EQ(change(0.01), Change::same);
  EXPECT_EQ(change(0.005), Change::slower);
}

TEST(Compare, NetworksAreWeightedByCountAndKeepTheirGaps) {
  const auto then =
      run_of({timed("a", "x", std::vector<double>(9, 100), 3),
              timed("a", "y", std::vector<double>(9, 100)), timed("a", "z", about(1))});
  const auto now = run_of({timed("a", "x", std::vector<double>(9, 200), 3),
                           timed("a", "y", std::vector<double>(9, 100)),
                           untimed("a", "z", Refused{RefusalReason::kernel, "x"})});
  const auto comparison = compared(then, now);
  ASSERT_EQ(comparison.networks.size(), 1u);
  const auto& network = comparison.networks[0];
  EXPECT_NEAR(network.time_ratio.median, std::pow(2, 0.75), 1e-12);
  EXPECT_EQ(network.layers, 2);
  EXPECT_EQ(network.missing, 1);
}

TEST(Compare, ANetworkHasItsProblemsOfEveryDirection) {
  const auto up = [](double ns) {
    auto r = timed("a", "up", std::vector<double>(9, ns));
    r.problem.own.direction = r.settings.direction = Direction::backward_data;
    return r;
  };
  const auto then = run_of({up(100), timed("a", "x", std::vector<double>(9, 100))});
  const auto now = run_of({up(200), timed("a", "x", std::vector<double>(9, 200))});
  const auto comparison = compared(then, now);
  ASSERT_EQ(comparison.networks.size(), 1u);
  EXPECT_EQ(comparison.networks[0].layers, 2);
  EXPECT_EQ(comparison.networks[0].missing, 0);
  EXPECT_NEAR(comparison.networks[0].time_ratio.median, 2, 1e-12);
  EXPECT_NE(network_name(comparison.networks[0]).find("forward/backward_data"), std::string::npos);
}

TEST(Compare, RepeatsOfASideAreJoinedAndAFailureInOneIsAFailure) {
  const auto one = run_of({timed("a", "l", std::vector<double>(5, 100))});
  const auto two = run_of({timed("a", "l", std::vector<double>(5, 100))});
  const auto now = run_of({timed("a", "l", std::vector<double>(9, 100))});
  const auto bad = run_of({untimed("a", "l", Failed{"x"})});
  const auto joined = compare({"then", {&one, &two}}, {"now", {&now}});
  ASSERT_TRUE(joined);
  EXPECT_EQ(joined->cases.at(0).change, Change::same) << "ten samples are enough, five are not";
  EXPECT_EQ(compare({"then", {&one}}, {"now", {&now, &bad}})->cases.at(0).change, Change::broke);
  EXPECT_EQ(compare({"then", {&one}}, {"now", {&bad, &now}})->cases.at(0).change, Change::broke);
}

TEST(Compare, SaysFirstWhatWasNotTheSame) {
  auto then = run_of({timed("a", "l", about(1))}), now = then;
  EXPECT_TRUE(compared(then, now).differences.empty());
  then.header.plugins = {{"a", "a", "a.so", "11", "1.0", "cpu:0", ""}};
  now.header.plugins = {{"a", "a", "a.so", "22", "2.0", "cpu:0", ""}};
  now.header.machine.processor = "another";
  now.header.compiler = "GNU 13";
  now.cases[0].options = {{"fast", "1"}};
  const auto found = compared(then, now).differences;
  ASSERT_EQ(found.size(), 5u);
  EXPECT_EQ(found[0], (Difference{"processor", "(not recorded)", "another"}));
  EXPECT_EQ(found[1], (Difference{"version of a", "1.0", "2.0", "a"}));
  EXPECT_EQ(found[2], (Difference{"plugin hash of a", "11", "22", "a"}));
  EXPECT_EQ(found[3], (Difference{"options of a", "none", "fast=1", "a"}));
  EXPECT_EQ(found[4], (Difference{"compiler", "(not recorded)", "GNU 13"}));
}

TEST(Compare, ALabelMeansItsOwnChoiceBesideOthers) {
  auto own = timed("a", "l", std::vector<double>(9, 100)),
       named = timed("a", "l", std::vector<double>(9, 300));
  named.requested_algorithm = "a.other";
  const auto run = run_of({own, named, timed("b", "l", std::vector<double>(9, 100))});
  const auto ratio = [&](const char* label) {
    return compare({"run", {&run}}, {"run", {&run}}, {.of = label, .with = "b"})
        ->cases.at(0)
        .time_ratio->median;
  };
  EXPECT_NEAR(ratio("a"), 1, 1e-12);
  EXPECT_NEAR(ratio("a a.other"), 3, 1e-12);
}

TEST(Compare, MarkdownStaysBelow64KBWithASentence) {
  Results then, now;
  for (int i = 0; i < 3000; ++i) {
    then.cases.push_back(timed("a", "layer" + std::to_string(i), std::vector<double>(9, 100)));
    now.cases.push_back(timed("a", "layer" + std::to_string(i), std::vector<double>(9, 120)));
  }
  const auto text = compare_markdown(compared(then, now));
  EXPECT_LE(text.size(), 65'536u);
  EXPECT_NE(text.find("more lines do not fit here; the HTML page"), text.npos);
}

}  // namespace
}  // namespace convgauge::report
