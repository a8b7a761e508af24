// Who wins where: which suites are a grid, what its places say, and the pictures as files.
#include <gtest/gtest.h>

#include "core/layers.hpp"
#include "example_run.hpp"
#include "few_cases.hpp"
#include "report/crossing.hpp"
#include "report/report.hpp"

namespace convgauge::report {
namespace {

TEST(Crossing, ASweepOverKernelsIsAGridAndANetworkIsNone) {
  const auto grid = grid_run(), network = resnet50_run();
  const auto groups = arrange(grid);
  ASSERT_EQ(groups.size(), 1u);
  const auto found = crossing(groups[0]);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->axis, "kernel size");
  EXPECT_EQ(found->values,
            (std::vector<std::string>{"3×3", "5×5", "7×7", "9×9", "15×15", "31×31"}));
  EXPECT_EQ(found->rows, (std::vector<std::string>{"depthwise, 14×14", "depthwise, 56×56",
                                                   "dense, 14×14", "dense, 56×56"}));
  for (const auto& group : arrange(network)) EXPECT_FALSE(crossing(group));
}

TEST(Crossing, PlacesNameTheFastestAndItsLeadOverTheNextBackend) {
  const auto grid = grid_run();
  const auto groups = arrange(grid);
  const auto found = crossing(groups[0]);
  ASSERT_TRUE(found);
  const auto name = [&](std::size_t r, std::size_t v) {
    const auto& place = found->places[r][v];
    return place ? groups[0].columns[static_cast<std::size_t>(place->winner)].name
                 : std::string("nothing");
  };
  EXPECT_EQ(name(3, 0), "winograd");
  EXPECT_EQ(name(3, 5), "fft");
  EXPECT_EQ(name(2, 5), "nothing");  // 31x31 on a map of 14
  const auto& place = *found->places[3][5];
  const auto& cells = groups[0].rows[static_cast<std::size_t>(place.row)].cells;
  const auto &winner = cells[static_cast<std::size_t>(place.winner)],
             &second = cells[static_cast<std::size_t>(place.second)];
  EXPECT_NE(groups[0].columns[static_cast<std::size_t>(place.second)].family, "fft");
  EXPECT_NEAR(*place.lead, second.time_ns->median / winner.time_ns->median, 0.02);
  EXPECT_FALSE(place.tied);
}

TEST(Crossing, WhatTheIntervalDoesNotTellApartIsTied) {
  std::vector<CaseRecord> cases;
  for (const std::int64_t kernel : {1, 3, 5})
    for (const auto* label : {"a", "b"}) {
      auto r = timed(label, std::to_string(kernel),
                     about(std::string_view(label) == "a" ? 100 : 100.001));
      if (std::string_view(label) == "b")
        std::reverse(std::get<Measured>(r.measurement).samples_ns.begin(),
                     std::get<Measured>(r.measurement).samples_ns.end());
      r.problem.geometry.h = r.problem.geometry.w = {16, kernel, 1, 1, kernel / 2, kernel / 2};
      cases.push_back(r);
    }
  const auto results = run_of(cases);
  const auto groups = arrange(results);
  const auto found = crossing(groups[0]);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->places[0][0]->tied);
}

TEST(Crossing, TheFastestIsNoSlowerInTheRoundsThatBothHave) {
  // The median of b is less, but in most rounds a is faster.
  const std::vector<double> a{100, 90, 110, 101, 102, 103, 104, 95, 96},
      b{101, 91, 111, 99, 100.5, 100.6, 105, 96, 97};
  std::vector<CaseRecord> cases;
  for (const std::int64_t kernel : {1, 3, 5})
    for (const auto* label : {"a", "b"}) {
      auto r = timed(label, std::to_string(kernel), std::string_view(label) == "a" ? a : b);
      r.problem.geometry.h = r.problem.geometry.w = {16, kernel, 1, 1, kernel / 2, kernel / 2};
      cases.push_back(r);
    }
  const auto results = run_of(cases);
  const auto groups = arrange(results);
  const auto found = crossing(groups.at(0));
  ASSERT_TRUE(found && found->places.at(0).at(0));
  EXPECT_EQ(found->places[0][0]->winner, 0);
  EXPECT_GE(*found->places[0][0]->lead, 1);
}

TEST(Crossing, NothingIsAloneBesideNoisyBackends) {
  const auto others = [](const CaseRecord& other) {
    std::vector<CaseRecord> cases;
    for (const std::int64_t kernel : {1, 3, 5})
      for (auto r : {timed("a", std::to_string(kernel), about(100)), other}) {
        r.problem.name = std::to_string(kernel);
        r.problem.geometry.h = r.problem.geometry.w = {16, kernel, 1, 1, kernel / 2, kernel / 2};
        cases.push_back(r);
      }
    const auto results = run_of(cases);
    const auto groups = arrange(results);
    return std::string(crossing(groups[0])->places[0][0]->others);
  };
  EXPECT_EQ(others(untimed("b", "", Agrees{}, Inconclusive{"loud"})), "others noisy");
  EXPECT_EQ(others(untimed("b", "", Agrees{}, Skipped{SkipReason::over_budget})), "others untimed");
  EXPECT_EQ(others(untimed("b", "", Refused{RefusalReason::layout, "no"})), "alone");
  EXPECT_EQ(others(untimed("b", "", Differs{})), "alone");
  EXPECT_EQ(others(timed("b", "", about(200))), "");
}

TEST(Picture, AFileShowsTheGridAndEscapesWhatItIsTold) {
  const auto picture = svg_report(grid_run(), 0);
  ASSERT_TRUE(picture) << picture.error().message;
  EXPECT_TRUE(picture->starts_with("<svg xmlns="));
  EXPECT_TRUE(picture->ends_with("</svg>\n"));
  for (const auto* words : {"31×31", "depthwise, 56×56", ">fft<", ">winograd<", "kernel size"})
    EXPECT_NE(picture->find(words), picture->npos) << words;
  const auto hostile = svg_report(hostile_run(), 1);
  ASSERT_TRUE(hostile) << hostile.error().message;
  EXPECT_EQ(hostile->find("<script"), hostile->npos);
  EXPECT_EQ(hostile->find("<img"), hostile->npos);
}

TEST(Picture, ANetworkShowsItsSpeedUpsAndAGroupMustBeNamed) {
  const auto run = resnet50_run();
  const auto unnamed = svg_report(run, 0);
  ASSERT_FALSE(unnamed);
  EXPECT_NE(unnamed.error().message.find("--group"), std::string::npos);
  EXPECT_FALSE(svg_report(run, 3));
  const auto picture = svg_report(run, 2);
  ASSERT_TRUE(picture) << picture.error().message;
  EXPECT_NE(picture->find("speed-up over onednn"), picture->npos);
  EXPECT_FALSE(svg_report(large_run(1200), 1));  // over 80 layers
  EXPECT_FALSE(svg_report(run_of({}), 0));
}

}  // namespace
}  // namespace convgauge::report
