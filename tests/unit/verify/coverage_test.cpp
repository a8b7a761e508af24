#include "verify/coverage.hpp"

#include <gtest/gtest.h>

#include "core/layers.hpp"
#include "core/problem_text.hpp"
#include "verify/random_case.hpp"

namespace convgauge::verify {
namespace {

std::size_t axis_of(std::string_view name) {
  for (std::size_t a = 0; a < axis_count(); ++a)
    if (axis_name(a) == name) return a;
  ADD_FAILURE() << "no axis " << name;
  return 0;
}

std::string class_on(std::string_view axis, const char* problem) {
  return class_text(axis_of(axis), class_of(axis_of(axis), *parse_problem(problem)));
}

TEST(Coverage, NamesTheClassOfAProblem) {
  EXPECT_EQ(class_on("shape", "n1c3h9w9_o4k3p1"), "3x3");
  EXPECT_EQ(class_on("shape", "n1c3h9w9_o4k3p1d2"), "3x3 dilated");
  EXPECT_EQ(class_on("shape", "n1c3h32w32_o4k16s16"), "patches");
  EXPECT_EQ(class_on("shape", "n1c3h9w9_o4k1x3"), "row or column");
  EXPECT_EQ(class_on("connection", "n1c6h9w9_o12k3g6"), "depthwise with a multiplier");
  EXPECT_EQ(class_on("group_inputs", "n1c168h1w1_o1k1"), "168..191");
  EXPECT_EQ(class_on("group_inputs", "n1c1000h1w1_o1k1"), "from 192");
  EXPECT_EQ(class_on("group_inputs", "n1c4h1w1_o4k1g4"), "1");
  EXPECT_EQ(class_on("input_block", "n1c96h1w1_o1k1"), "32n");
  EXPECT_EQ(class_on("input_block", "n1c33h1w1_o1k1"), "8n+1");
  EXPECT_EQ(class_on("input_block", "n1c31h1w1_o1k1"), "8n-1");
  EXPECT_EQ(class_on("terms_tail", "n1c257h1w1_o1k1"), "256n+1");
  EXPECT_EQ(class_on("terms_tail", "n1c1h1w1_o1k1"), "elsewhere");
  EXPECT_EQ(class_on("padding_w", "n1c1h9w9_o1k3p1x0.1"), "more after");
  EXPECT_EQ(class_on("padding_w", "n1c1h9w9_o1k3p2"), "the reach");
}

TEST(Coverage, CountsWhatIsNew) {
  Coverage coverage;
  const auto problem = *parse_problem("n1c3h9w9_o4k3p1");
  const auto pairs = static_cast<std::int64_t>(axis_count() * (axis_count() - 1) / 2);
  EXPECT_EQ(coverage.add(problem), pairs);
  EXPECT_EQ(coverage.add(problem), 0);
  EXPECT_EQ(coverage.add(*parse_problem("n2c3h9w9_o4k3p1")),
            static_cast<std::int64_t>(axis_count()) - 1);
  EXPECT_EQ(coverage.axis(axis_of("batch")).met, 2);
  EXPECT_EQ(coverage.pair(axis_of("shape"), axis_of("batch")).met, 2);
  EXPECT_EQ(coverage.pairs().met, pairs + static_cast<std::int64_t>(axis_count()) - 1);
}

/// What a minute of fuzzing meets even on a slow machine.
TEST(Coverage, RandomCasesMeetEveryClass) {
  Coverage coverage;
  for (std::uint64_t i = 0; i < 5000; ++i) coverage.add(random_case(1, i).geometry);
  for (std::size_t a = 0; a < axis_count(); ++a) {
    const auto [met, of] = coverage.axis(a);
    EXPECT_EQ(met, of) << axis_name(a);
  }
  EXPECT_GT(coverage.pairs().met, 16'000);
}

}  // namespace
}  // namespace convgauge::verify
