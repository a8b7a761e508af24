// The one-line text form: printed and read back to the same problem, with errors that name the
// place.
#include "core/problem_text.hpp"

#include <gtest/gtest.h>

#include <random>

namespace convgauge {
namespace {

TEST(ProblemText, ReadsTheShortForm) {
  const auto g = parse_problem("n1c64h56w56_o64k3p1");
  ASSERT_TRUE(g) << g.error().message;
  EXPECT_EQ(g->in_channels, 64);
  EXPECT_EQ(g->w.pad_after, 1);
  EXPECT_TRUE(g->bias);
  EXPECT_EQ(short_text(*g), "n1c64h56w56_o64k3p1");
  EXPECT_EQ(full_text(*g), "n1c64h56w56_o64k3x3s1x1p1x1d1x1g1_bias_zeros");
}

TEST(ProblemText, ReadsAsymmetricPadding) {
  const auto g = parse_problem("n2c4h9w8_o6k2x3s2x1p1.2x0.3d1x2g2_nobias_reflect");
  ASSERT_TRUE(g) << g.error().message;
  EXPECT_EQ(g->h.pad_before, 1);
  EXPECT_EQ(g->h.pad_after, 2);
  EXPECT_EQ(g->w.pad_before, 0);
  EXPECT_EQ(g->w.pad_after, 3);
  EXPECT_FALSE(g->bias);
  EXPECT_EQ(g->padding_mode, PaddingMode::reflect);
}

TEST(ProblemText, RoundTripsRandomProblems) {
  std::mt19937 random(1);
  const auto draw = [&](int least, int most) {
    return std::int64_t{least} +
           static_cast<int>(random() % static_cast<unsigned>(most - least + 1));
  };
  for (int i = 0; i < 2000; ++i) {
    Geometry g{draw(0, 3),
               draw(1, 9),
               draw(1, 9),
               draw(1, 3),
               {draw(1, 20), draw(1, 5), draw(1, 2), draw(1, 2), draw(0, 2), draw(0, 2)},
               {draw(1, 20), draw(1, 5), draw(1, 2), draw(1, 2), draw(0, 2), draw(0, 2)},
               draw(0, 1) == 1,
               static_cast<PaddingMode>(draw(0, 3))};
    EXPECT_EQ(parse_problem(short_text(g)).value(), g) << short_text(g);
    EXPECT_EQ(parse_problem(full_text(g)).value(), g) << full_text(g);
  }
}

TEST(ProblemText, NamesThePlaceOfAnError) {
  const auto message = [](const char* text) { return parse_problem(text).error().message; };
  EXPECT_EQ(message("n1c64h56_o64k3"),
            "problem 'n1c64h56_o64k3', character 9: expected 'w' (width), found '_o64k3'");
  EXPECT_EQ(message(""), "problem '', character 1: expected 'n' (batch), found the end");
  EXPECT_NE(message("n1c1h1w1_o1k99999999999999999999").find("does not fit in int64"),
            std::string::npos);
  EXPECT_NE(message("n1c1h1w1_o1k1p1s1").find("in this order"), std::string::npos);
}

}  // namespace
}  // namespace convgauge
