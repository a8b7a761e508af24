// Exit codes: the worst one wins, in the order of harness/cli/README.md; known failures are strict.
#include "run/outcome.hpp"

#include <gtest/gtest.h>
#include "core/layers.hpp"

namespace convgauge::run {
namespace {

Results of(std::vector<Verdict> verdicts) {
  Results results;
  for (auto& verdict : verdicts) {
    auto& r = results.cases.emplace_back();
    r.label = "mine";
    r.problem.name = "layer1";
    r.problem.suite = "net";
    r.verdict = std::move(verdict);
  }
  return results;
}

TEST(ExitCode, WorstWins) {
  EXPECT_EQ(exit_code(of({Agrees{}, Refused{RefusalReason::layout, "no"}}), false), kGood);
  EXPECT_EQ(exit_code(of({Agrees{}, Failed{"x"}}), false), kWrong);
  EXPECT_EQ(exit_code(of({Differs{}, TimedOut{}}), false), kCrashed);
  EXPECT_EQ(exit_code(of({Trespass{Rule::R9, ""}}), false), kCrashed);
  EXPECT_EQ(exit_code(of({Refused{RefusalReason::layout, "no"}}), false), kNothingRan);
  EXPECT_EQ(exit_code(of({}), false), kNothingRan);
  const Verdict denied = Refused{RefusalReason::machine, "this machine denies vfork"};
  EXPECT_EQ(exit_code(of({Agrees{}, denied}), false), kMachine);
  EXPECT_EQ(exit_code(of({Failed{"x"}, denied}), false), kWrong);
  EXPECT_EQ(exit_code(of({denied, Refused{RefusalReason::layout, "no"}}), false), kMachine);
  auto unsure = of({Agrees{}});
  unsure.cases[0].measurement = Inconclusive{"loud"};
  EXPECT_EQ(exit_code(unsure, false), kGood);
  EXPECT_EQ(exit_code(unsure, true), kUndecided);
  Inconclusive too_fast{"not believed"};
  too_fast.evidence.doubt = "too fast";
  unsure.cases[0].measurement = too_fast;
  EXPECT_EQ(exit_code(unsure, false), kUndecided);
}

TEST(ExitCode, WhatWasNotJudgedIsNotGood) {
  EXPECT_EQ(exit_code(of({Agrees{}, Unjudged{"starved"}}), false), kUndecided);
  EXPECT_EQ(exit_code(of({Differs{}, Unjudged{"starved"}}), false), kWrong);
  auto results = of({Unjudged{"starved"}});
  results.header.known = {{"mine net.*", VerdictKind::timed_out, "bug 7"}};
  EXPECT_TRUE(known_no_more(results).empty()) << "nobody knows whether it still fails";
}

TEST(Known, IsStrictBothWays) {
  auto results = of({Differs{}});
  results.header.known = {{"mine net.*", VerdictKind::differs, "bug 7"}};
  results.cases[0].known = "bug 7";
  EXPECT_EQ(exit_code(results, false), kGood);
  results.cases[0].verdict = Agrees{};
  results.cases[0].known.reset();
  EXPECT_EQ(exit_code(results, false), kWrong) << "it fails no longer, and the config must say so";
  EXPECT_EQ(known_no_more(results).size(), 1u);
  results.header.known[0].match = "other *";
  EXPECT_EQ(exit_code(results, false), kGood);
}

TEST(Known, MayNameAFill) {
  const auto under = [](Fill fill) {
    Differs differs;
    differs.fill = fill;
    return differs;
  };
  const Known nonfinite{"mine *", VerdictKind::differs, "bug 8", Fill::nonfinite};
  auto results = of({under(Fill::nonfinite)});
  results.header.known = {nonfinite};
  EXPECT_TRUE(happened(nonfinite, results.cases[0]));
  EXPECT_TRUE(known_no_more(results).empty());
  results.cases[0].verdict = under(Fill::integer);
  EXPECT_FALSE(happened(nonfinite, results.cases[0])) << "a failure under another fill is new";
  EXPECT_NE(known_no_more(results).at(0).find("known as differs under fill nonfinite (bug 8), but "
                                              "it is differs under fill integer now"),
            std::string::npos);
  results.cases[0].verdict = Differs{};  // of an older results file
  EXPECT_FALSE(happened(nonfinite, results.cases[0]));
  results.cases[0].verdict = Agrees{};
  EXPECT_EQ(known_no_more(results).size(), 1u);
  results.header.fills = {Fill::integer};
  EXPECT_TRUE(known_no_more(results).empty()) << "that fill was not run";
}

TEST(Known, OneOfSeveralFillsHappens) {
  Differs differs;
  differs.fill = Fill::subnormal;
  auto results = of({differs});
  results.header.known = {{"mine *", VerdictKind::differs, "8", Fill::nonfinite},
                          {"mine *", VerdictKind::differs, "9", Fill::subnormal}};
  EXPECT_TRUE(known_no_more(results).empty());
  results.cases[0].verdict = Agrees{};
  EXPECT_EQ(known_no_more(results).size(), 2u);
}

}  // namespace
}  // namespace convgauge::run
