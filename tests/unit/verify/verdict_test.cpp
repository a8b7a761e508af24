// Verdicts in words.
#include "verify/verdict.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include "core/layers.hpp"

namespace convgauge::verify {
namespace {

TEST(Verdict, EveryKindHasItsWord) {
  EXPECT_EQ(kind(Agrees{}), "agrees");
  EXPECT_EQ(kind(Differs{}), "differs");
  EXPECT_EQ(kind(Refused{}), "refused");
  EXPECT_EQ(kind(Trespass{}), "trespass");
  EXPECT_EQ(kind(Died{}), "died");
  EXPECT_EQ(kind(TimedOut{}), "timed_out");
  EXPECT_EQ(kind(Failed{}), "failed");
}

TEST(Verdict, OneLineForAPerson) {
  EXPECT_EQ(sentence(Agrees{0.12, 6.1e-7, 200704, {"nonfinite_spread"}}),
            "worst 0.12 of the allowed error, relative L2 6.1e-07; nonfinite_spread");
  const Mismatch worst{{0, 3, 1, 2}, 1.5, 2, 0.001};
  EXPECT_EQ(sentence(Differs{3, 8, worst, worst, {"integer"}, "all of the last 3 columns", {}}),
            "3 of 8 outputs, worst at n0 c3 h1 w2: got 1.5, want 2, allowed 0.001; all of the last "
            "3 columns (integer)");
  EXPECT_EQ(sentence(Refused{RefusalReason::padding_mode, "reflect is not supported"}),
            "padding_mode: reflect is not supported");
  EXPECT_EQ(sentence(Trespass{Rule::R9, "wrote 4 bytes past dst"}), "R9: wrote 4 bytes past dst");
  EXPECT_EQ(sentence(Died{SIGSEGV, 0, "read 4 bytes past src", "oh no"}),
            "signal SIGSEGV: read 4 bytes past src; last words: oh no");
  EXPECT_EQ(sentence(Died{0, 3, "", ""}), "exited with status 3");
  EXPECT_EQ(sentence(TimedOut{std::chrono::milliseconds(250), "execute"}),
            "after 250 ms during execute");
  EXPECT_EQ(sentence(Failed{"no memory"}), "no memory");
  EXPECT_EQ(sentence(broken(Rule::R6, "requirements changed")), "R6: requirements changed");
}

TEST(Diagnosis, IsSharedByOneExplanation) {
  const Diagnosis none, a{{{"A"}}}, both{{{"B"}, {"A"}}, true}, b{{{"B"}}},
      lost{{}, false, {"lose tap (kh 0, kw 2)", 24, 30}},
      lost_too{{}, false, {"lose tap (kh 0, kw 2)", 1, 2}};
  EXPECT_TRUE(share_an_explanation(a, both));
  EXPECT_FALSE(share_an_explanation(a, b));
  EXPECT_FALSE(share_an_explanation(a, none));
  EXPECT_FALSE(share_an_explanation(none, none));
  EXPECT_TRUE(share_an_explanation(lost, lost_too)) << "however many outputs were looked at";
  EXPECT_FALSE(share_an_explanation(lost, a));
  EXPECT_EQ(text(both), "matches the reference with B, or with A, where it is wrong");
  EXPECT_EQ(text(lost), "with single pixels lit, 24 of 30 wrong outputs lose tap (kh 0, kw 2)");
}

TEST(Verdict, WhatIsADefectAndWhatACrash) {
  EXPECT_FALSE(is_defect(Agrees{}));
  EXPECT_FALSE(is_defect(Refused{}));
  EXPECT_TRUE(is_defect(Differs{}));
  EXPECT_FALSE(is_defect(Unjudged{}));
  EXPECT_TRUE(is_crash(TimedOut{}));
  EXPECT_FALSE(is_crash(Failed{}));
}

}  // namespace
}  // namespace convgauge::verify
