// The decision of a network: what to use, ties, what cannot be told, how far to trust it.
#include "report/decision.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/layers.hpp"
#include "few_cases.hpp"
#include "report/decision_words.hpp"
#include "report/page_data.hpp"
#include "report/report.hpp"
#include "report/rounds.hpp"

namespace convgauge::report {
namespace {

/// With a noise floor, so that nothing speaks against trusting them.
Results quiet_run(std::vector<CaseRecord> cases, std::optional<std::string> baseline = "a") {
  auto results = run_of(std::move(cases), std::move(baseline));
  results.header.machine.noise_floor = 0.006;
  return results;
}

Decision decision_of(const Results& results) {
  return arrange(results).at(0).decision;
}

std::string answer_of(const Results& results) {
  return answer(arrange(results).at(0));
}

/// About `ns`, with a noise of its own: a tie with another of the same time and other `seed`.
std::vector<double> noisy(double ns, int seed, int count = 15) {
  auto samples = about(ns, count);
  for (int i = 0; i < count; ++i)
    samples[static_cast<std::size_t>(i)] *= 1 + 0.02 * ((i * 5 + seed * 3) % 7 - 3) / 3.0;
  return samples;
}

CaseRecord loud(const std::string& label, const std::string& layer, std::vector<double> samples_ns,
                double waited_share) {
  Measured evidence;
  evidence.loads.assign(samples_ns.size(), {waited_share, 0, 0, 1});
  evidence.samples_ns = std::move(samples_ns);
  return untimed(label, layer, Agrees{}, Inconclusive{"too loud", evidence});
}

std::vector<Reason> reasons_of(const Decision& decision) {
  std::vector<Reason> reasons;
  for (const auto& advice : decision.badge.advice) reasons.push_back(advice.reason);
  return reasons;
}

TEST(Halves, ReportFromTheLargerOneAndPairUp) {
  Measured m;
  for (int i = 0; i < 15; ++i) m.samples_ns.push_back(i);
  EXPECT_EQ(half_of(m, Half::choosing).samples_ns, (std::vector<double>{1, 3, 5, 7, 9, 11, 13}));
  EXPECT_EQ(half_of(m, Half::reporting).samples_ns.size(), 8u);
  EXPECT_EQ(half_of(m, Half::all).samples_ns, m.samples_ns);
  m.samples_per_process = {5, 5, 5};
  EXPECT_EQ(half_of(m, Half::reporting).samples_per_process, (std::vector<std::int64_t>{3, 2, 3}));
  auto cut = m;
  cut.samples_ns = {0, 1, 2, 5, 6, 10};
  cut.samples_per_process = {3, 2, 1};
  const auto common = common_rounds(half_of(m, Half::reporting), half_of(cut, Half::reporting));
  EXPECT_EQ(common.a, common.b) << "the same rounds";
  m.samples_per_process.assign(15, 1);
  EXPECT_EQ(half_of(m, Half::choosing).samples_ns.size(), 7u) << "every second process";
}

TEST(Decision, UsesOneBackendEverywhereWhereNoneIsToldFaster) {
  const auto results = quiet_run({timed("a", "x", noisy(100, 1)), timed("b", "x", noisy(100, 2)),
                                  timed("a", "y", noisy(200, 3)), timed("b", "y", noisy(200, 5))});
  const auto d = decision_of(results);
  EXPECT_EQ(d.plan, Plan::everywhere);
  EXPECT_EQ(d.single, 0) << "the baseline: there is no reason to change";
  EXPECT_EQ(layers_called(d, LayerCall::tie), 2);
  EXPECT_EQ(too_close(d), std::vector<int>{1});
  ASSERT_TRUE(d.leads[1] && d.leads[1]->ratio.low) << "15 rounds give an interval";
  EXPECT_LT(*d.leads[1]->ratio.low, 1);
  EXPECT_GT(*d.leads[1]->ratio.high, 1);
  EXPECT_EQ(d.leads[0]->ratio.median, 1) << "over itself";
  EXPECT_EQ(d.badge.trust, Trust::sound);
  EXPECT_EQ(answer_of(results).substr(0, 17), "Use a everywhere:") << answer_of(results);
  EXPECT_NE(answer_of(results).find("; b is too close to call."), std::string::npos);
}

TEST(Decision, OneBackendAloneIsNotTooCloseToItself) {
  const auto results = quiet_run({timed("a", "x", noisy(100, 1))});
  EXPECT_EQ(decision_of(results).plan, Plan::alone);
  EXPECT_TRUE(too_close(decision_of(results)).empty());
  EXPECT_EQ(answer_of(results).find("too close"), std::string::npos) << answer_of(results);
}

TEST(Decision, MixesWhereLayersAreToldApart) {
  const auto results = quiet_run({timed("a", "x", about(200)), timed("b", "x", about(100)),
                                  timed("a", "y", about(100)), timed("b", "y", about(200)),
                                  timed("a", "z", noisy(300, 1)), timed("b", "z", noisy(300, 2))});
  const auto d = decision_of(results);
  EXPECT_EQ(d.plan, Plan::mix);
  EXPECT_EQ(d.single, 0);
  ASSERT_EQ(d.layers.size(), 3u);
  EXPECT_EQ(d.layers[0].call, LayerCall::use);
  EXPECT_EQ(d.layers[0].column, 1);
  EXPECT_EQ(d.layers[1].column, 0);
  EXPECT_EQ(d.layers[2].call, LayerCall::tie);
  EXPECT_EQ(d.layers[2].column, 0) << "a tie is no reason to switch";
  EXPECT_EQ(d.layers[2].close, std::vector<int>{1});
  ASSERT_TRUE(d.over_single && d.over_single->low);
  EXPECT_NEAR(d.over_single->median, 6 / 5.0, 0.01);
  EXPECT_TRUE(d.leads[0]->told && d.leads[1]->told);
  for (const auto& total : d.totals) EXPECT_LT(d.total.ns, total.ns);
  const auto text = answer_of(results);
  EXPECT_EQ(text.find("Use b for 1 of 3 layers, a for the rest: "), 0u) << text;
  EXPECT_NE(text.find("the speed of a alone. Layer by layer, 1 of 3 is too close to call."),
            text.npos)
      << text;
}

TEST(Decision, AllTotalsComeFromTheReportingRounds) {
  // On the rounds that choose b looks best, on the others it is not.
  std::vector<double> lucky;
  for (int i = 0; i < 15; ++i) lucky.push_back(i % 2 == 1 ? 80 : 120);
  const std::vector<double> steady(15, 100.0);
  const auto d = decision_of(quiet_run({timed("a", "x", steady), timed("b", "x", lucky),
                                        timed("a", "y", steady), timed("b", "y", lucky)}));
  EXPECT_TRUE(d.halved);
  EXPECT_EQ(d.plan, Plan::everywhere);
  EXPECT_EQ(d.single, 0);
  EXPECT_EQ(d.totals[0].ns, 200);
  EXPECT_EQ(d.totals[1].ns, 240);
  EXPECT_EQ(d.total.ns, 200);
  EXPECT_NEAR(d.leads[1]->ratio.median, 1.2, 1e-12);
}

TEST(Decision, IsBuiltOnAnotherBackendThanTheBaselineWhereThatIsToldFaster) {
  const auto results = quiet_run({timed("a", "x", about(200)), timed("b", "x", about(100)),
                                  timed("c", "x", about(90)), timed("a", "y", about(200)),
                                  timed("b", "y", about(100)), timed("c", "y", about(150))});
  const auto d = decision_of(results);
  EXPECT_EQ(d.single, 1);
  EXPECT_EQ(d.plan, Plan::mix);
  const auto text = answer_of(results);
  EXPECT_NE(text.find("Use c for 1 of 2 layers, b for the rest"), text.npos) << text;
  EXPECT_NE(text.find("the speed of a alone and 1.05× (1.05–1.05) that of b alone."), text.npos)
      << text;
}

TEST(Decision, KnowsNoWinnerWhereTheMachineLeftARivalWithoutATime) {
  const auto open = quiet_run({timed("a", "x", about(80'000)), loud("b", "x", about(50), 0.5)});
  EXPECT_EQ(decision_of(open).layers[0].call, LayerCall::not_told);
  EXPECT_EQ(decision_of(open).layers[0].close, std::vector<int>{1});
  EXPECT_FALSE(arrange(open).at(0).rows[0].cells[0].fastest);
  EXPECT_NE(answer_of(open).find("whether that is the fastest cannot be told"), std::string::npos);

  const auto slow = quiet_run({timed("a", "x", about(50)), loud("b", "x", about(80'000), 0.5)});
  EXPECT_EQ(decision_of(slow).layers[0].call, LayerCall::use)
      << "half of 80 µs is far above 50 ns, whatever disturbed it";
  EXPECT_TRUE(arrange(slow).at(0).rows[0].cells[0].fastest);

  const auto waited = quiet_run({timed("a", "x", about(50)), loud("b", "x", about(80'000), 1.2)});
  EXPECT_EQ(decision_of(waited).layers[0].call, LayerCall::not_told) << "it hardly ran at all";
  const auto unknown = quiet_run(
      {timed("a", "x", about(50)), untimed("b", "x", Agrees{}, Inconclusive{"too loud", {}})});
  EXPECT_EQ(decision_of(unknown).layers[0].call, LayerCall::not_told);
  const auto refused = quiet_run(
      {timed("a", "x", about(50)), untimed("b", "x", Refused{RefusalReason::kernel, "only 3x3"})});
  EXPECT_EQ(decision_of(refused).layers[0].call, LayerCall::use);
}

TEST(Decision, KeepsToTheNoiseFloor) {
  const auto at = [](double floor, std::vector<std::int64_t> processes) {
    auto results = quiet_run({timed("a", "x", about(110)), timed("b", "x", about(100)),
                              timed("a", "y", about(110)), timed("b", "y", about(100))});
    results.header.machine.noise_floor = floor;
    for (auto& c : results.cases) std::get<Measured>(c.measurement).samples_per_process = processes;
    return results;
  };
  EXPECT_EQ(decision_of(at(0.02, {})).single, 1);
  const auto poor = decision_of(at(0.31, {}));
  EXPECT_EQ(poor.single, 0);
  EXPECT_EQ(layers_called(poor, LayerCall::tie), 2);
  EXPECT_EQ(poor.badge.trust, Trust::poor);
  EXPECT_EQ(reasons_of(poor), std::vector<Reason>{Reason::noise_floor});
  const auto text = headline(at(0.31, {}));
  EXPECT_NE(text.find("up to 31% here, so that differences below 1.31× are too close to call"),
            text.npos)
      << text;
  EXPECT_EQ(decision_of(at(0.31, {5, 5, 5})).single, 1)
      << "three processes have the luck of three in their samples";
  EXPECT_EQ(reasons_of(decision_of(at(0, {}))), std::vector<Reason>{Reason::no_noise_floor});
}

TEST(Decision, AFastestCellIsNotSlowerThanTheBaselineInTheSameRounds) {
  // The median of b is less, but in most rounds a is faster.
  const std::vector<double> a{100, 90, 110, 101, 102, 103, 104, 95, 96},
      b{101, 91, 111, 99, 100.5, 100.6, 105, 96, 97};
  const auto results = quiet_run({timed("a", "x", a), timed("b", "x", b)});
  const auto groups = arrange(results);
  ASSERT_LT(groups[0].rows[0].cells[1].time_ns->median, groups[0].rows[0].cells[0].time_ns->median);
  for (const auto& cell : groups[0].rows[0].cells)
    EXPECT_TRUE(!cell.fastest || cell.speedup->median >= 1);
  EXPECT_TRUE(groups[0].rows[0].cells[0].fastest);
}

TEST(Decision, SaysWhatFewRoundsCannotTell) {
  // All nine rounds say that a mix is faster.
  const auto nine = quiet_run({timed("a", "x", about(130, 9)), timed("b", "x", about(100, 9)),
                               timed("a", "y", about(100, 9)), timed("b", "y", about(130, 9))});
  const auto d = decision_of(nine);
  EXPECT_EQ(d.plan, Plan::mix);
  EXPECT_FALSE(d.halved);
  EXPECT_TRUE(d.over_single->low);
  EXPECT_EQ(reasons_of(d), std::vector<Reason>{Reason::few_rounds});
  EXPECT_EQ(d.badge.trust, Trust::caution);
  EXPECT_NE(headline(nine).find("9 rounds are too few to choose on some and report from others"),
            std::string::npos)
      << headline(nine);
  const auto three = quiet_run({timed("a", "x", about(130, 3)), timed("b", "x", about(100, 3)),
                                timed("a", "y", about(99, 3)), timed("b", "y", about(80, 3))});
  EXPECT_EQ(decision_of(three).layers[0].call, LayerCall::tie);
  EXPECT_EQ(decision_of(three).single, 0);
  EXPECT_NE(headline(three).find("3 rounds are too few for a 99% interval"), std::string::npos);
}

TEST(Decision, HalvesAllOfARowOrNone) {
  // A case with three rounds beside one with fifteen: its rounds are 1, 2, 3, not 1, 3, 5.
  auto slow = about(100);
  slow[1] = 1000;
  const auto d = decision_of(quiet_run({timed("a", "x", slow), timed("b", "x", {50, 500, 50}),
                                        timed("a", "y", about(100)), timed("b", "y", about(50))}));
  EXPECT_EQ(d.single, 1) << "several times as fast in each round that both have";
}

TEST(Decision, NeedsNoBackendThatHasAllLayers) {
  const auto results = quiet_run({timed("a", "x", about(200)), timed("b", "x", about(100)),
                                  untimed("a", "y", Failed{"no"}), timed("b", "y", about(5)),
                                  timed("a", "z", about(7)), untimed("b", "z", Failed{"no"})});
  const auto d = decision_of(results);
  EXPECT_EQ(d.plan, Plan::mix);
  EXPECT_EQ(d.single, -1);
  EXPECT_EQ(d.total.missing, 0);
  EXPECT_FALSE(d.over_single || d.leads[0] || d.leads[1]);
  EXPECT_EQ(answer_of(results).substr(0, 39), "Use b for 2 of 3 layers, a for 1: 123 n")
      << answer_of(results);
  EXPECT_EQ(reasons_of(d), std::vector<Reason>{Reason::failures});
  const auto only = quiet_run({timed("a", "x", about(200)), timed("b", "x", about(100)),
                               timed("a", "y", about(200)), untimed("b", "y", Failed{"no"})});
  EXPECT_NE(answer_of(only).find("Use b for 1 of 2 layers, a for the rest"), std::string::npos)
      << answer_of(only);
  const auto slow = quiet_run({timed("a", "x", about(200)), timed("b", "x", about(300)),
                               timed("a", "y", about(200)), untimed("b", "y", Failed{"no"})});
  EXPECT_NE(answer_of(slow).find("; no other has all layers."), std::string::npos);
  const auto gap = quiet_run({timed("a", "x", about(200)), untimed("a", "y", Failed{"no"}),
                              untimed("b", "x", Failed{"no"}), untimed("b", "y", Failed{"no"})});
  EXPECT_NE(answer_of(gap).find("1 of 2 layers have no valid time, so there is no total"),
            std::string::npos)
      << answer_of(gap);
}

TEST(Decision, WarnsOfABusyMachine) {
  auto results = quiet_run({timed("a", "x", about(100)), timed("b", "x", about(200))});
  results.header.machine.cores = 2;
  results.header.machine.load_average = 3;
  auto& m = std::get<Measured>(results.cases[0].measurement);
  m.loads.assign(15, {});
  for (int i = 0; i < 3; ++i) m.loads[static_cast<std::size_t>(i)].waited_share = 0.2;
  const auto d = decision_of(results);
  EXPECT_EQ(reasons_of(d), (std::vector<Reason>{Reason::disturbed, Reason::loaded}));
  EXPECT_NEAR(d.badge.advice.at(0).figure, 0.2, 1e-12);
  EXPECT_NEAR(d.badge.advice.at(1).figure, 1.5, 1e-12);
  EXPECT_EQ(d.badge.trust, Trust::caution);
}

TEST(Decision, SaysWhatTheTimesAreOf) {
  auto results = quiet_run({timed("a", "x", about(100)), timed("b", "x", about(200))});
  results.cases[0].algorithm.emplace().name = "a.reorder.jit:avx2";
  results.header.machine.processor = "Example 9000";
  results.header.plugins = {{"a", "a", "a.so", "1", "liba 1.2", "cpu:0"}};
  EXPECT_EQ(facts_text(arrange(results).at(0)),
            "On Example 9000; a is liba 1.2. The times of a include reorders between the host's "
            "layout and the library's own.");
  EXPECT_EQ(decision_of(results).badge.trust, Trust::sound) << "a fact, no doubt";
}

TEST(Decision, IsTheSameInEveryReport) {
  const auto results = quiet_run({timed("a", "x", about(200)), timed("b", "x", about(100)),
                                  timed("a", "y", about(100)), timed("b", "y", about(200))});
  const auto text = answer_of(results);
  EXPECT_NE(markdown_report(results).find(text), std::string::npos);
  EXPECT_NE(headline(results).find(text), std::string::npos);
  EXPECT_NE(html_report({results}).find(text), std::string::npos);
  const auto json = nlohmann::json::parse(decision_report(results))["networks"][0];
  EXPECT_EQ(json["answer"], text);
  EXPECT_EQ(json["decision"]["plan"], "mix");
  EXPECT_EQ(json["decision"]["layers"][0]["column"], 1);
  EXPECT_EQ(json["decision"]["badge"]["trust"], "sound");
  EXPECT_EQ(nlohmann::json::parse(page_data({results}))["groups"][0]["decision"], json["decision"]);
}

}  // namespace
}  // namespace convgauge::report
