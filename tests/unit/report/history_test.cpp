// Histories: steps that were planted are found where they are, and none where none is, on recorded
// drift too.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "../measure/drift/recorded_series.hpp"
#include "core/layers.hpp"
#include "example_run.hpp"
#include "few_cases.hpp"
#include "report/history/history.hpp"
#include "report/report.hpp"

namespace convgauge::report {
namespace {

std::vector<Results> nights(int count) {
  std::vector<Results> runs;
  // The last first: a history is ordered by when a run started, not by how it was given.
  for (int night = count; night >= 1; --night) runs.push_back(night_run(night));
  return runs;
}

const CaseHistory& find(const History& h, const std::string& layer, const std::string& label,
                        int threads) {
  for (const auto& c : h.cases)
    if (c.last->problem.name == layer && c.last->label == label &&
        c.last->requested_algorithm == "default" && c.last->settings.threads == threads)
      return c;
  ADD_FAILURE() << "no " << label << " on " << layer;
  return h.cases.front();
}

TEST(History, FindsPlantedStepsAtTheirRunsWithTheirReasons) {
  const auto runs = nights(6);
  const auto h = history(runs, {});
  ASSERT_TRUE(h) << h.error().message;
  EXPECT_LT(h->runs[0].results->header.started, h->runs[5].results->header.started);
  const auto& faster = find(*h, "layer3.0.conv2", "onednn", 2);
  ASSERT_EQ(faster.steps.size(), 1u);
  EXPECT_EQ(faster.steps[0].run, 2);
  EXPECT_NEAR(faster.steps[0].ratio, 0.7, 0.03);
  const auto& slower = find(*h, "layer3.1.conv2", "winograd", 2);
  ASSERT_EQ(slower.steps.size(), 1u);
  EXPECT_EQ(slower.steps[0].run, 3);
  EXPECT_NEAR(slower.steps[0].ratio, 1.2, 0.05);
  std::string why;
  for (const auto& reason : reasons(*h, slower, slower.steps[0]))
    why += difference_text(reason) + "\n";
  EXPECT_NE(why.find("plugin hash of winograd: 77aa01 → c0ffee"), why.npos) << why;
  EXPECT_NE(why.find("version of winograd"), why.npos) << why;
  EXPECT_EQ(why.find("onednn"), why.npos) << why;
}

TEST(History, TellsNoOtherSteps) {
  const auto runs = nights(6);
  const auto h = history(runs, {});
  ASSERT_TRUE(h);
  for (const auto& c : h->cases) {
    const bool planted = (c.last->label == "onednn" && c.last->problem.name == "layer3.0.conv2") ||
                         (c.last->label == "winograd" && c.last->requested_algorithm == "default");
    if (!planted) {
      EXPECT_TRUE(c.steps.empty()) << case_name(*h, c) << ": " << step_text(*h, c.steps.front());
    }
  }
}

TEST(History, TellsWhatBecameOfAVerdict) {
  const auto runs = nights(6);
  const auto h = history(runs, {});
  ASSERT_TRUE(h);
  const auto& broke = find(*h, "layer2.0.conv2", "fft", 2);
  ASSERT_EQ(broke.fates.size(), 1u);
  EXPECT_EQ(broke.fates[0].run, 4);
  EXPECT_TRUE(broke.fates[0].worse);
  EXPECT_EQ(by_interest(*h).front(),
            static_cast<int>(&find(*h, "layer2.0.conv2", "fft", 2) - h->cases.data()));
}

TEST(History, TheMachinesOwnMoveIsNoStepOfACase) {
  auto before = nights(1).front(), after = before;
  after.header.started = "2026-12-01T00:00:00Z";
  for (auto& r : after.cases)
    if (auto* m = std::get_if<Measured>(&r.measurement))
      for (double& ns : m->samples_ns) ns *= 1.3;
  const std::vector<Results> runs{before, after};
  const auto h = history(runs, {"before", "after"});
  ASSERT_TRUE(h);
  EXPECT_NEAR(h->runs[1].before->moved, 1.3, 1e-9);
  for (const auto& c : h->cases) EXPECT_TRUE(c.steps.empty()) << case_name(*h, c);
  EXPECT_NE(boundary_text(*h->runs[1].before).find("+30%"), std::string::npos);
}

TEST(History, RunsWithoutACommonCaseHaveNone) {
  const std::vector<Results> runs{run_of({timed("a", "x", about(100))}),
                                  run_of({timed("b", "x", about(100))})};
  EXPECT_FALSE(history(runs, {}));
  EXPECT_FALSE(history_text_report(runs, {}, 80));
}

TEST(History, AGapIsBridged) {
  auto all = nights(6);
  for (auto& r : all[2].cases)  // night 4, the first after winograd's step
    if (r.label == "winograd")
      r.verdict = Refused{RefusalReason::kernel, "not tonight"},
      r.measurement = Skipped{SkipReason::not_verified};
  const auto h = history(all, {});
  ASSERT_TRUE(h);
  const auto& c = find(*h, "layer3.1.conv2", "winograd", 2);
  ASSERT_EQ(c.steps.size(), 1u);
  EXPECT_EQ(c.steps[0].from, 2);
  EXPECT_EQ(c.steps[0].run, 4);
}

/// A history of runs of 15 consecutive samples each, from random places of recorded series that
/// nothing was changed in; case 0 is slower by `factor` from the fourth run on.
Steps replayed(int cases, int runs, double factor, std::mt19937& random) {
  static const std::vector<std::vector<double>> kSeries{
      recorded_series("onednn"), recorded_series("onednn_2_threads"), recorded_series("naive")};
  std::vector<StepSeries> list;
  for (int c = 0; c < cases; ++c) {
    const auto& samples = kSeries[static_cast<std::size_t>(c) % kSeries.size()];
    StepSeries one;
    for (int run = 0; run < runs; ++run) {
      const auto at = random() % (samples.size() - 15);
      const auto t = median_interval(std::span(samples).subspan(at, 15));
      const double more = c == 0 && run >= 3 ? std::log(factor) : 0;
      one.runs.push_back(
          LogTime{std::log(t.median) + more, std::log(*t.low) + more, std::log(*t.high) + more});
    }
    one.control.assign(static_cast<std::size_t>(runs) - 1, c != 0);
    list.push_back(std::move(one));
  }
  return find_steps(list, std::vector<double>(static_cast<std::size_t>(runs), 0.006));
}

TEST(History, RecordedDriftRaisesFewFalseAlarms) {
  std::mt19937 random(1);
  constexpr int kHistories = 400;
  for (const auto& [cases, runs] : {std::pair{3, 5}, {12, 5}, {60, 5}, {60, 12}}) {
    int alarmed = 0, steps = 0;
    for (int i = 0; i < kHistories; ++i) {
      const auto found = replayed(cases, runs, 1, random);
      int here = 0;
      for (const auto& list : found.of_series) here += static_cast<int>(list.size());
      alarmed += here > 0;
      steps += here;
    }
    std::printf(
        "%d cases over %d runs: %.1f%% of %d unchanged histories tell a step, %.3f%% of the "
        "looks\n",
        cases, runs, 100.0 * alarmed / kHistories, kHistories,
        100.0 * steps / (kHistories * cases * (runs - 1.0)));
    EXPECT_LE(alarmed, 0.05 * kHistories) << cases << " cases";
  }
}

TEST(History, RecordedDriftHidesNoLargeStep) {
  std::mt19937 random(2);
  int found = 0;
  constexpr int kHistories = 200;
  for (int i = 0; i < kHistories; ++i) {
    const auto steps = replayed(60, 5, 3, random).of_series[0];
    found += steps.size() == 1 && steps[0].run == 3;
  }
  std::printf("60 cases over 5 runs: a step by a factor of 3 is told at its run in %.1f%%\n",
              100.0 * found / kHistories);
  EXPECT_GE(found, 0.9 * kHistories);
}

TEST(History, TextsNameTheStepAndItsReason) {
  const auto runs = nights(6);
  const std::vector<std::string> names{"n6", "n5", "n4", "n3", "n2", "n1"};
  const auto text = history_text_report(runs, names, 100),
             markdown = history_markdown_report(runs, names);
  ASSERT_TRUE(text);
  ASSERT_TRUE(markdown);
  EXPECT_NE(text->find("run 4 (n4)"), text->npos) << *text;
  EXPECT_NE(text->find("✕ failed, was agrees at run 5: out of memory"), text->npos) << *text;
  EXPECT_NE(markdown->find("c0ffee"), markdown->npos);
  EXPECT_LE(markdown->size(), 65'536u);
}

}  // namespace
}  // namespace convgauge::report
