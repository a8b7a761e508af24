// The table of outcomes: a row for each, and a case of each kind finds its own.
#include "record/classify.hpp"

#include <gtest/gtest.h>

#include <set>
#include "core/layers.hpp"

namespace convgauge::record {
namespace {

CaseRecord of(Verdict verdict, Measurement measurement = Skipped{}) {
  CaseRecord r;
  r.verdict = std::move(verdict);
  r.measurement = std::move(measurement);
  return r;
}

Measured samples(std::vector<double> ns) {
  Measured m;
  m.samples_ns = std::move(ns);
  return m;
}

TEST(Outcomes, EveryRowStandsAtItsPlace) {
  for (std::size_t i = 0; i < kOutcomes.size(); ++i)
    EXPECT_EQ(kOutcomes[i].outcome, static_cast<Outcome>(i)) << kOutcomes[i].word;
}

TEST(Outcomes, NoWordStandsForTwo) {
  std::set<std::string_view> words;
  for (const auto& row : kOutcomes) EXPECT_TRUE(words.insert(row.word).second) << row.word;
}

TEST(Outcomes, ADefectIsCountedAndFailsTheRun) {
  for (const auto& row : kOutcomes) {
    EXPECT_TRUE(row.is_defect || !row.is_crash) << row.word;
    EXPECT_EQ(row.is_defect, row.code == kWrong || row.code == kCrashed) << row.word;
    EXPECT_EQ(row.is_crash, row.code == kCrashed) << row.word;
    EXPECT_EQ(row.is_crash || row.code == kMachine, row.junit == JUnitResult::error) << row.word;
    EXPECT_EQ(row.is_defect && !row.is_crash, row.junit == JUnitResult::failure) << row.word;
  }
}

TEST(Outcomes, EveryVerdictHasItsOwn) {
  const Verdict verdicts[] = {Agrees{}, Differs{},  Refused{}, Trespass{},
                              Died{},   TimedOut{}, Failed{},  Unjudged{}};
  ASSERT_EQ(std::size(verdicts), std::variant_size_v<Verdict>);
  std::set<Outcome> outcomes;
  for (const auto& verdict : verdicts) {
    EXPECT_TRUE(outcomes.insert(classify(of(verdict))).second) << kind(verdict);
    EXPECT_EQ(row_of(outcome_of(verdict)).is_defect, is_defect(verdict));
  }
  EXPECT_TRUE(outcomes.insert(classify(of(Refused{RefusalReason::machine, ""}))).second);
}

TEST(Outcomes, AMeasurementDecidesWhatAgrees) {
  const auto agreeing = [](Measurement m) { return classify(of(Agrees{}, std::move(m))); };
  EXPECT_EQ(agreeing(samples({1, 2})), Outcome::timed);
  EXPECT_EQ(agreeing(samples({})), Outcome::no_time);
  EXPECT_EQ(agreeing(samples({1, 0})), Outcome::no_time);
  EXPECT_EQ(agreeing(Skipped{SkipReason::not_asked_for}), Outcome::agrees);
  EXPECT_EQ(agreeing(Skipped{SkipReason::over_budget, "12 s"}), Outcome::over_budget);
  EXPECT_EQ(agreeing(Skipped{SkipReason::other, "not asked for"}), Outcome::skipped);
  EXPECT_EQ(agreeing(Inconclusive{"noise"}), Outcome::noisy);
  Inconclusive too_fast{"not believed"};
  too_fast.evidence.doubt = "too fast";
  EXPECT_EQ(agreeing(too_fast), Outcome::implausible);
  EXPECT_EQ(classify(of(Differs{}, samples({1}))), Outcome::wrong);
}

TEST(Outcomes, OnlyADefectIsKnown) {
  auto wrong = of(Differs{}), refused = of(Refused{}), right = of(Agrees{});
  for (auto* r : {&wrong, &refused, &right}) r->known = "issue 1";
  EXPECT_EQ(classify(wrong), Outcome::known);
  EXPECT_EQ(classify_apart_from_known(wrong), Outcome::wrong);
  EXPECT_EQ(classify(refused), Outcome::refused);
  EXPECT_EQ(classify(right), Outcome::agrees);
}

TEST(Outcomes, RulesHaveTheirDemands) {
  EXPECT_EQ(word(Rule::R19), "R19");
  EXPECT_EQ(parse_word<Rule>("R10"), Rule::R10);
  for (const auto name : Words<Rule>::words) EXPECT_FALSE(demand(*parse_word<Rule>(name)).empty());
}

}  // namespace
}  // namespace convgauge::record
