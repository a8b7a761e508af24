// Groups, columns, winners, totals: what every report is made from.
#include <gtest/gtest.h>

#include <cmath>

#include "core/layers.hpp"
#include "few_cases.hpp"
#include "report/regret.hpp"
#include "report/report.hpp"
#include "report/rounds.hpp"
#include "report/words.hpp"

namespace convgauge::report {
namespace {

std::vector<std::string> names(const Group& group) {
  std::vector<std::string> all;
  for (const auto& column : group.columns) all.push_back(column.name);
  return all;
}

TEST(Model, SpeedUpsComeFromTheSameRounds) {
  const auto results = run_of({timed("a", "x", about(200)), timed("b", "x", about(100))}, "a");
  const auto groups = arrange(results);
  ASSERT_EQ(groups.size(), 1u);
  const auto& cells = groups[0].rows.at(0).cells;
  EXPECT_DOUBLE_EQ(cells[1].speedup->median, 2);
  EXPECT_DOUBLE_EQ(cells[1].speedup->low.value(), 2) << "the wobble that both share cancels";
  EXPECT_TRUE(cells[1].fastest);
  EXPECT_FALSE(cells[0].tied);
}

TEST(Model, SaysFasterOnlyWhereTheIntervalDoes) {
  auto noisy = about(100);
  for (std::size_t i = 0; i < noisy.size(); i += 2) noisy[i] *= 1.1;
  const auto results =
      run_of({timed("a", "x", about(103)), timed("b", "x", noisy), timed("c", "x", {60, 60, 60})});
  const auto groups = arrange(results);
  const auto& cells = groups[0].rows.at(0).cells;
  EXPECT_TRUE(cells[2].fastest);
  EXPECT_TRUE(cells[0].tied) << "three samples have no interval";
  const auto two_results = run_of({timed("a", "x", about(103)), timed("b", "x", noisy)});
  const auto two = arrange(two_results);
  EXPECT_TRUE(two[0].rows[0].cells[0].tied || two[0].rows[0].cells[1].tied);
}

TEST(Model, RanksOnlyWhatAgreesAndWasMeasured) {
  auto wrong = timed("wrong", "x", about(1));
  wrong.verdict = Differs{};
  const auto results =
      run_of({timed("a", "x", about(100)), wrong, timed("zero", "x", {0, 0}),
              timed("nan", "x", {std::nan("")}),
              untimed("refused", "x", Refused{RefusalReason::kernel, "only 3x3"})});
  const auto groups = arrange(results);
  for (std::size_t c = 0; c < 5; ++c) {
    EXPECT_EQ(groups[0].rows[0].cells[c].fastest, c == 0) << c;
    EXPECT_EQ(groups[0].rows[0].cells[c].time_ns.has_value(), c == 0) << c;
  }
  EXPECT_EQ(outcome(groups[0].rows[0].cells[1]), Outcome::wrong);
  EXPECT_EQ(short_word(groups[0].rows[0].cells[4]), "refused");
}

TEST(Model, WeighsTotalsByCountAndMissesWhatIsMissing) {
  auto refused = untimed("b", "y", Refused{RefusalReason::stride, "no"});
  refused.problem.count = 2;
  const auto results = run_of({timed("a", "x", about(100), 3), timed("a", "y", about(10), 2),
                               timed("b", "x", about(50), 3), refused});
  const auto groups = arrange(results);
  const auto& totals = groups[0].decision.totals;
  ASSERT_EQ(totals.size(), 2u);
  Measured measured;
  measured.samples_ns = about(1);
  const double wobble = median(half_of(measured, Half::reporting).samples_ns);
  EXPECT_NEAR(totals[0].ns, wobble * (3 * 100 + 2 * 10), 1e-9);
  EXPECT_EQ(totals[0].missing, 0);
  EXPECT_EQ(totals[1].missing, 1);
  EXPECT_EQ(totals[1].layers, 2);
  EXPECT_EQ(total_text(groups[0].decision.totals[1]), "—");
  EXPECT_EQ(filled_text(groups[0].decision.totals[1]),
            time_text(wobble * (3 * 50 + 2 * 10)) + " (1)")
      << "the baseline fills the gap";
  EXPECT_EQ(filled_text(groups[0].decision.totals[0]), "");
}

TEST(Model, SplitsSettingsAndLetsDevicesJoinEveryThreadCount) {
  auto two = timed("a", "x", about(10)), gpu = timed("gpu", "x", about(1));
  two.settings.threads = 2;
  gpu.device = "cuda:0";
  gpu.settings.threads = 7;
  const auto results = run_of({gpu, timed("a", "x", about(20)), two}, "a");
  const auto groups = arrange(results);
  ASSERT_EQ(groups.size(), 2u);
  for (const auto& group : groups) {
    EXPECT_EQ(group.rows.size(), 1u);
    EXPECT_EQ(names(group), (std::vector<std::string>{"gpu", "a"}));
  }
  const auto alone = run_of({gpu});
  EXPECT_EQ(arrange(alone).at(0).settings.threads, 7);
}

CaseRecord with_own(CaseRecord r, const OwnSettings& own) {
  r.problem.own = own;
  if (own.dtype) r.settings.dtype = *own.dtype;
  if (own.direction) r.settings.direction = *own.direction;
  return r;
}

TEST(Model, ANetworkHasAllItsProblemsWhateverTheirOwnSettings) {
  const OwnSettings back{{}, {}, Direction::backward_data};
  const auto results = run_of({with_own(timed("a", "up", about(10)), back),
                               with_own(timed("a", "half", about(5)), {Dtype::bf16}),
                               timed("a", "conv", about(20))});
  const auto groups = arrange(results);
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_EQ(groups[0].rows.size(), 3u);
  EXPECT_EQ(groups[0].decision.totals[0].layers, 3);
  EXPECT_NEAR(groups[0].decision.totals[0].ns, 35, 4);
  EXPECT_EQ(groups[0].settings.direction, Direction::forward) << "of the problem without its own";
  EXPECT_EQ(groups[0].settings_text, "1 thread · f32/bf16 · nchw · forward/backward_data · strict");
  EXPECT_EQ(row_name(*groups[0].rows[0].problem), "up (backward_data)");
  EXPECT_EQ(row_name(*groups[0].rows[2].problem), "conv");
}

TEST(Model, AProblemWithItsOwnSettingJoinsEachNetworkOfTheOthers) {
  const OwnSettings back{{}, {}, Direction::backward_data};
  auto half = timed("a", "conv", about(20));
  half.settings.dtype = Dtype::f16;
  auto half_up = with_own(timed("a", "up", about(10)), back);
  half_up.settings.dtype = Dtype::f16;
  auto gradient = timed("a", "conv", about(20));
  gradient.settings.direction = Direction::backward_weights;
  const auto results = run_of({with_own(timed("a", "up", about(10)), back),
                               timed("a", "conv", about(20)), half, half_up, gradient});
  const auto groups = arrange(results);
  ASSERT_EQ(groups.size(), 3u) << "f32 forward, f16 forward, f32 backward_weights";
  for (const auto& group : groups) EXPECT_EQ(group.rows.size(), 2u) << group.settings_text;
  EXPECT_EQ(groups[2].settings_text,
            "1 thread · f32 · nchw · backward_weights/backward_data · strict");
}

TEST(Model, GivesEveryAlgorithmOfALabelItsColumn) {
  auto other = timed("winograd", "x", about(5));
  other.requested_algorithm = "winograd.f2x2_3x3";
  other.own_choice = false;
  const auto results =
      run_of({timed("winograd", "x", about(10)), other, timed("fft", "x", about(7))});
  const auto groups = arrange(results);
  EXPECT_EQ(names(groups[0]), (std::vector<std::string>{"winograd", "winograd f2x2_3x3", "fft"}));
  const auto regret = regrets(groups[0]);
  ASSERT_EQ(regret.size(), 1u);
  EXPECT_NEAR(regret[0].worst, 2, 1e-12);
  EXPECT_EQ(regret[0].better, "f2x2_3x3");
}

/// As `--algorithm all` labels them: the backend lists its own choice first, whatever it is from
/// layer to layer.
TEST(Model, FindsTheRegretAmongAllAlgorithms) {
  const auto one = [](const char* algorithm, const char* layer, double ns, bool own) {
    auto record = timed("cudnn", layer, about(ns));
    record.requested_algorithm = algorithm;
    record.label = std::string("cudnn:") + algorithm;
    record.own_choice = own;
    return record;
  };
  const auto results =
      run_of({one("cudnn.eng1{k2=1,k3=0}", "x", 10, true), one("cudnn.eng2", "x", 5, false),
              one("cudnn.eng1{k2=1,k3=0}", "y", 8, false), one("cudnn.eng2", "y", 8, true),
              timed("naive", "x", about(1))});
  const auto regret = regrets(arrange(results).at(0));
  ASSERT_EQ(regret.size(), 1u);
  EXPECT_EQ(regret[0].label, "cudnn");
  EXPECT_EQ(regret[0].layers, 2);
  EXPECT_NEAR(regret[0].worst, 2, 1e-12);
  EXPECT_NEAR(regret[0].mean, std::sqrt(2.0), 1e-9);
  EXPECT_EQ(regret[0].better, "eng2");
}

TEST(Model, TellsLayersOfOneNameApart) {
  auto wide = timed("a", "conv1", about(10));
  wide.problem.geometry.w.input = 99;
  const auto results = run_of({timed("a", "conv1", about(10)), wide});
  EXPECT_EQ(arrange(results).at(0).rows.size(), 2u);
}

TEST(Model, NeverHidesADefectBehindALaterSuccess) {
  const auto results = run_of({untimed("a", "x", Died{11, 0, "", ""}), timed("a", "x", about(1))});
  EXPECT_EQ(outcome(arrange(results).at(0).rows[0].cells[0]), Outcome::died);
}

TEST(Headline, AnswersInASentence) {
  EXPECT_EQ(headline(run_of({})), "Nothing ran.");
  EXPECT_EQ(
      headline(run_of({timed("a", "x", about(200)), timed("b", "x", about(100))}, "a")),
      "b is fastest: 110 ns, 2.00× (2.00–2.00) the speed of a. By how much two processes of the "
      "same code differ here was not measured.");
  EXPECT_EQ(headline(run_of({untimed("a", "x", Agrees{}, Skipped{SkipReason::not_asked_for})})),
            "1 agree.");
  EXPECT_EQ(headline(run_of({untimed("a", "x", Differs{})})),
            "1 wrong. 1 case failed: a on x (wrong).");
}

TEST(Headline, SaysThatARunIsIncomplete) {
  auto results = run_of({untimed("a", "x", Agrees{}, Skipped{SkipReason::not_asked_for})});
  results.header.problems = 1;
  EXPECT_EQ(headline(results), "1 agree.");
  results.header.problems = 3;
  EXPECT_EQ(headline(results), "1 agree. Incomplete: 1 of 3 problems are here.");
}

}  // namespace
}  // namespace convgauge::report
