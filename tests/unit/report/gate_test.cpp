// The gate's judgement on invented runs: what fails, what is lost, who is suspected, and which exit
// code wins.
#include "report/gate/gate.hpp"

#include <gtest/gtest.h>

#include "core/layers.hpp"
#include "few_cases.hpp"
#include "run/outcome.hpp"

namespace convgauge::report {
namespace {

Results measured_run(std::vector<CaseRecord> cases) {
  auto results = run_of(std::move(cases));
  results.header.rounds = 15;
  return results;
}

/// Of `layers` cases of label "a", each taking `ns`.
Results even_run(int layers, double ns = 1000) {
  std::vector<CaseRecord> cases;
  for (int i = 0; i < layers; ++i) cases.push_back(timed("a", "l" + std::to_string(i), about(ns)));
  return measured_run(std::move(cases));
}

Gate judged(const Results& baseline, const Results& candidate, const GateOptions& options = {}) {
  auto gate = judge({"then", {&baseline}}, {"now", {&candidate}}, {}, options);
  EXPECT_TRUE(gate) << gate.error().message;
  return std::move(*gate);
}

int exit_code_of(Gate gate, bool strict = false) {
  conclude(gate, strict);
  return gate.exit_code;
}

/// A record of 21 gate rounds of so many nanoseconds.
CaseRecord again(double ns, int rounds = kGateRounds) {
  return timed("a", "l0", std::vector<double>(static_cast<std::size_t>(rounds * kGateSamples), ns));
}

TEST(Gate, EqualRunsAreGreen) {
  const auto run = even_run(10);
  const auto gate = judged(run, run);
  EXPECT_EQ(gate.timed, 10);
  EXPECT_EQ(gate.cleared, 10);
  EXPECT_TRUE(gate.suspects.empty());
  EXPECT_EQ(exit_code_of(gate, true), kGood);
}

Gate concluded(Gate gate, bool strict = false) {
  conclude(gate, strict);
  return gate;
}

TEST(Gate, WhatNothingIsKnownOfIsNeverGreen) {
  const auto timed_run = even_run(10);
  auto loud = even_run(10), starved = even_run(10);
  for (auto& c : loud.cases) c.measurement = Inconclusive{"too loud"};
  auto denied = even_run(10);
  for (auto& c : starved.cases) {
    c.verdict = Unjudged{"it got no processor"};
    c.measurement = Skipped{SkipReason::not_verified};
  }
  for (auto& c : denied.cases) {
    c.verdict = Refused{RefusalReason::machine, "this machine denies vfork"};
    c.measurement = Skipped{};
  }
  using Pair = std::pair<const Results*, const Results*>;
  for (const auto& [then, now] :
       {Pair(&loud, &timed_run), Pair(&timed_run, &loud), Pair(&loud, &loud),
        Pair(&starved, &timed_run), Pair(&timed_run, &starved), Pair(&starved, &loud),
        Pair(&denied, &timed_run), Pair(&timed_run, &denied)}) {
    const auto gate = concluded(judged(*then, *now));
    EXPECT_EQ(gate.suspects.size(), 10u);
    EXPECT_EQ(gate.verdict, GateVerdict::undecided);
    EXPECT_EQ(gate.exit_code, kGood);
    EXPECT_EQ(gate.not_told, 10);
    EXPECT_EQ(concluded(judged(*then, *now), true).exit_code, kUndecided);
    EXPECT_EQ(gate_text(gate, 100, false).find("UNDECIDED: nothing is wrong; 10 of 10 cases"), 0u);
    EXPECT_NE(remedy(gate), "");
  }
}

TEST(Gate, OneCaseThatIsNotToldIsEnoughToBeUndecided) {
  const auto then = even_run(10);
  auto now = even_run(10);
  now.cases[3].measurement = Skipped{SkipReason::over_budget, "one execution takes 40 s"};
  const auto gate = concluded(judged(then, now));
  EXPECT_EQ(gate.verdict, GateVerdict::undecided);
  EXPECT_EQ(gate.told, 9);
  EXPECT_EQ(gate.not_told, 1);
}

TEST(Gate, NothingToCompareIsUndecided) {
  auto refused = even_run(2);
  for (auto& c : refused.cases) c.verdict = Refused{RefusalReason::kernel, "no 3x3"};
  const auto gate = concluded(judged(refused, refused));
  EXPECT_EQ(gate.verdict, GateVerdict::undecided);
  EXPECT_NE(gate_text(gate, 100, false).find("no times were compared"), std::string::npos);
}

TEST(Gate, WhatFailsIsRedWhateverTheBaselineHad) {
  auto then = even_run(2), now = even_run(2);
  now.cases[1].verdict = Failed{"out of memory"};
  EXPECT_EQ(exit_code_of(judged(then, now)), kWrong);
  then.cases[1].verdict = Failed{"out of memory"};
  EXPECT_EQ(exit_code_of(judged(then, now)), kWrong) << "a failure is no licence to fail";
  now.cases[1].known = "issue 3";
  EXPECT_EQ(exit_code_of(judged(then, now)), kGood);
  now.cases[0].verdict = Died{11, 0, "in execute", ""};
  EXPECT_EQ(exit_code_of(judged(then, now)), kCrashed) << "4 wins over 1";
}

TEST(Gate, AKnownFailureThatFailsNoMoreIsRed) {
  const auto then = even_run(1);
  auto now = even_run(1);
  now.header.known = {{"a l0", VerdictKind::differs, "issue 3"}};
  EXPECT_EQ(exit_code_of(judged(then, now)), kWrong);
}

TEST(Gate, WhatIsGoneOrRefusedIsRedUnlessAllowed) {
  const auto then = even_run(3);
  auto refused = even_run(3), gone = even_run(2);
  refused.cases[2].verdict = Refused{RefusalReason::kernel, "no 3x3"};
  for (const auto* now : {&refused, &gone}) {
    const auto gate = judged(then, *now);
    ASSERT_EQ(gate.lost.size(), 1u);
    EXPECT_EQ(gate.lost[0].compared->baseline->problem.name, "l2");
    EXPECT_EQ(exit_code_of(gate), kWrong);
    EXPECT_EQ(exit_code_of(judged(then, *now, {.allow_refusals = true})), kGood);
  }
  EXPECT_TRUE(judged(gone, then).lost.empty()) << "what is new is no loss";
  auto never = then;
  never.cases[2].verdict = Refused{RefusalReason::kernel, "no 3x3"};
  EXPECT_TRUE(judged(never, refused).lost.empty()) << "what was refused before is no loss";
}

TEST(Gate, ASlowerCaseIsASuspectAndNothingMore) {
  const auto then = even_run(10);
  auto now = even_run(10);
  now.cases[0] = timed("a", "l0", about(2000));
  auto gate = judged(then, now);
  ASSERT_EQ(gate.suspects.size(), 1u);
  EXPECT_EQ(gate.suspects[0].compared->candidate, &now.cases[0]);
  EXPECT_EQ(exit_code_of(gate), kGood) << "a suspicion alone is never red";
  EXPECT_EQ(exit_code_of(gate, true), kUndecided);
}

TEST(Gate, ASuspectIsJudgedByWhatWasMeasuredAgain) {
  const auto then = even_run(10);
  auto now = even_run(10);
  now.cases[0] = timed("a", "l0", about(2000));
  const auto verdict = [&](const CaseRecord* baseline, const CaseRecord* candidate,
                           bool strict = false) {
    auto gate = judged(then, now);
    RankLaws laws;
    settle(gate.suspects[0], baseline, candidate, 1e9, laws);
    conclude(gate, strict);
    return std::pair(gate.suspects[0].result, gate.exit_code);
  };
  const auto fast = again(1000), slow = again(1050), few = again(2000, 7);
  EXPECT_EQ(verdict(&fast, &slow), std::pair(SuspectResult::slower, int{kSlower}));
  EXPECT_EQ(verdict(&fast, &fast, true), std::pair(SuspectResult::not_slower, int{kGood}));
  EXPECT_EQ(verdict(&slow, &fast, true), std::pair(SuspectResult::not_slower, int{kGood}));
  const auto little = again(1009);
  EXPECT_EQ(verdict(&fast, &little, true), std::pair(SuspectResult::not_slower, int{kGood}))
      << "within the margin";
  EXPECT_EQ(verdict(&fast, &few), std::pair(SuspectResult::not_told, int{kGood}));
  EXPECT_EQ(verdict(&fast, &few, true), std::pair(SuspectResult::not_told, int{kUndecided}));
  EXPECT_EQ(verdict(nullptr, nullptr, true), std::pair(SuspectResult::not_told, int{kUndecided}));
  auto wide = again(1000);
  auto& samples = std::get<Measured>(wide.measurement).samples_ns;
  for (std::size_t i = 0; i < samples.size() / 3; ++i) samples[i] = 1190;
  EXPECT_EQ(verdict(&fast, &wide, true), std::pair(SuspectResult::not_told, int{kUndecided}))
      << "its upper end is 19%";
  const auto loud = untimed("a", "l0", Agrees{}, Inconclusive{"too loud"});
  EXPECT_EQ(verdict(&fast, &loud, true), std::pair(SuspectResult::not_told, int{kUndecided}));
  EXPECT_EQ(verdict(&loud, &slow, true), std::pair(SuspectResult::not_told, int{kUndecided}));
  const auto endless =
      untimed("a", "l0", Agrees{}, Skipped{SkipReason::over_budget, "one execution takes 40 s"});
  EXPECT_EQ(verdict(&fast, &endless), std::pair(SuspectResult::slower, int{kSlower}));
  auto slow_start = again(1000);
  std::get<Measured>(slow_start.measurement).first_execution_ns = 3e8;
  EXPECT_EQ(verdict(&slow_start, &endless, true),
            std::pair(SuspectResult::not_told, int{kUndecided}))
      << "nearly over it too";
  const auto wrong = untimed("a", "l0", Failed{"R12"}),
             dead = untimed("a", "l0", Died{11, 0, "execute", ""});
  EXPECT_EQ(verdict(&fast, &wrong), std::pair(SuspectResult::failed, int{kWrong}));
  EXPECT_EQ(verdict(&fast, &dead), std::pair(SuspectResult::failed, int{kCrashed}));
}

/// Measured again, both sides load one version of a library of which the runs had two.
TEST(Gate, AnotherLibraryIsNeverRuledOutByMeasuringAgain) {
  const auto then = even_run(10);
  auto now = even_run(10);
  now.cases[0] = timed("a", "l0", about(2000));
  const auto after = [&](const CaseRecord& candidate) {
    auto gate = judged(then, now);
    gate.suspects[0].other_libraries = "libx.so: build-id a → b";
    RankLaws laws;
    const auto fast = again(1000);
    settle(gate.suspects[0], &fast, &candidate, 1e9, laws);
    conclude(gate, true);
    return gate;
  };
  const auto equal = after(again(1000));
  EXPECT_EQ(equal.verdict, GateVerdict::undecided);
  EXPECT_NE(equal.suspects[0].outcome.find("libx.so: build-id a → b"), std::string::npos);
  EXPECT_EQ(remedy(equal),
            "To decide 1 case: make the baseline again, over the libraries of today.");
  EXPECT_EQ(after(again(1050)).verdict, GateVerdict::red) << "slower for the plugin's own sake";
}

TEST(Gate, TheRemedyFitsTheReason) {
  const auto then = even_run(10);
  auto now = even_run(10);
  now.cases[0] = timed("a", "l0", about(2000));
  const auto remedy_after = [&](const CaseRecord& baseline, const CaseRecord& candidate) {
    auto gate = judged(then, now);
    RankLaws laws;
    settle(gate.suspects[0], &baseline, &candidate, 1e9, laws);
    return remedy(concluded(std::move(gate)));
  };
  const auto fast = again(1000), few = again(2000, 7);
  const auto endless =
      untimed("a", "l0", Agrees{}, Skipped{SkipReason::over_budget, "one execution takes 40 s"});
  const auto loud = untimed("a", "l0", Agrees{}, Inconclusive{"too loud"});
  EXPECT_EQ(remedy_after(fast, few), "To decide 1 case: give more time by --budget.");
  EXPECT_EQ(remedy_after(endless, fast), "To decide 1 case: give more time by --budget.");
  EXPECT_EQ(remedy_after(fast, loud),
            "To decide 1 case: run the gate again when the machine does nothing else.");
  EXPECT_EQ(remedy_after(fast, fast), "");
}

TEST(Gate, ALostTimeIsASuspicion) {
  const auto then = even_run(10);
  auto now = even_run(10);
  now.cases[4].measurement = Skipped{SkipReason::over_budget, "one execution takes 40 s"};
  const auto gate = judged(then, now);
  ASSERT_EQ(gate.suspects.size(), 1u);
  EXPECT_EQ(gate.suspects[0].compared->candidate, &now.cases[4]);
  EXPECT_EQ(judged(now, then).suspects.size(), 1u) << "nothing is known of it";
}

TEST(Gate, EveryCaseIsASuspectWhereThatIsAskedOrTooFewAreThere) {
  const auto many = even_run(10), few = even_run(7);
  EXPECT_EQ(judged(many, many, {.suspect_all = true}).suspects.size(), 10u);
  EXPECT_EQ(judged(few, few).suspects.size(), 7u);
}

TEST(Gate, AnotherMachineMakesTimesInconclusiveNotRed) {
  auto then = even_run(10);
  auto now = even_run(10, 5000);
  then.header.machine.processor = "another";
  const auto gate = judged(then, now);
  EXPECT_TRUE(gate.suspects.empty());
  EXPECT_NE(gate.unjudged.find("another machine"), gate.unjudged.npos);
  EXPECT_EQ(exit_code_of(gate), kGood);
  EXPECT_EQ(exit_code_of(gate, true), kUndecided);
  now.header.machine.processor = "another";
  EXPECT_NE(judged(then, now).unjudged.find("than this"), std::string::npos)
      << "this machine can confirm nothing";
}

TEST(Gate, ARunWithoutTimesHasNoneToJudge) {
  const auto then = even_run(2);
  auto now = even_run(2);
  now.header.rounds = 0;
  EXPECT_EQ(judged(then, now).unjudged, "the candidate's run measured no times");
  EXPECT_EQ(judged(now, then).unjudged, "the baseline's run measured no times");
}

TEST(Gate, TellsItsVerdictInEveryFormat) {
  const auto then = even_run(10);
  auto now = even_run(10);
  now.cases[0] = timed("a", "l0", about(2000));
  now.cases[1].verdict = Refused{RefusalReason::kernel, "no 3x3"};
  auto gate = judged(then, now);
  RankLaws laws;
  const auto fast = again(1000), slow = again(1050);
  settle(gate.suspects[0], &fast, &slow, 1e9, laws);
  conclude(gate, false);
  const auto text = gate_text(gate, 200, false);
  EXPECT_EQ(text.find("RED: a result is wrong, failed, or missing\n"), 0u) << text;
  EXPECT_NE(text.find("slower       l0 · a: "), text.npos) << text;
  EXPECT_NE(text.find("time 1.050 (1.050 … 1.050), 21 rounds"), text.npos) << text;
  EXPECT_NE(text.find("lost         l1 · a: agreed in the baseline, and is refused now"), text.npos)
      << text;
  EXPECT_NE(gate_markdown(gate).find("- **slower** l0"), std::string::npos) << gate_markdown(gate);
  EXPECT_NE(gate_json(gate).find("\"result\": \"slower\""), std::string::npos);
  EXPECT_NE(gate_json(gate).find("\"exit_code\": 1"), std::string::npos);
  EXPECT_NE(gate_json(gate).find("\"verdict\": \"red\""), std::string::npos);
  const auto xml = gate_junit(gate);
  EXPECT_NE(xml.find("tests=\"10\" failures=\"2\" errors=\"0\" skipped=\"0\""), xml.npos) << xml;
}

}  // namespace
}  // namespace convgauge::report
