// The search alone: predicates in place of backends.
#include "verify/shrink.hpp"

#include <gtest/gtest.h>

#include "core/layers.hpp"
#include "core/problem_text.hpp"
#include "core/random.hpp"
#include "verify/random_case.hpp"

namespace convgauge::verify {
namespace {

Trial trial(const std::string& text, Layout layout = Layout::nchw, int threads = 1) {
  return {*parse_problem(text), layout, threads};
}

/// Shrinks without a limit, and holds every question and the answer against the contract.
Shrunk shrunk(const Trial& failing, const std::function<bool(const Trial&)>& fails) {
  EXPECT_TRUE(fails(failing));
  std::vector<Trial> asked;
  const auto result = shrink(
      failing,
      [&](const Trial& s) {
        EXPECT_FALSE(flaw(s.geometry)) << short_text(s.geometry);
        EXPECT_LT(cost(Point(s)), cost(Point(failing))) << short_text(s.geometry);
        EXPECT_EQ(std::count(asked.begin(), asked.end(), s), 0) << short_text(s.geometry);
        asked.push_back(s);
        return fails(s);
      },
      [] { return true; });
  EXPECT_TRUE(result.complete);
  EXPECT_EQ(result.trials, static_cast<int>(asked.size()));
  EXPECT_TRUE(fails(result.smallest)) << short_text(result.smallest.geometry);
  return result;
}

std::string smallest(const std::string& text, const std::function<bool(const Geometry&)>& fails) {
  return short_text(
      shrunk(trial(text), [&](const Trial& s) { return fails(s.geometry); }).smallest.geometry);
}

const char* const kRich = "n2c24h19w35_o36k5x3s2x1p2.3x1.0d2x3g4_reflect";

TEST(Shrink, WhatAlwaysFailsBecomesTrivial) {
  EXPECT_EQ(smallest(kRich, [](const Geometry&) { return true; }), "n1c1h1w1_o1k1_nobias");
}

TEST(Shrink, OneParameterStays) {
  EXPECT_EQ(smallest(kRich, [](const Geometry& g) { return g.bias; }), "n1c1h1w1_o1k1");
  EXPECT_EQ(smallest(kRich, [](const Geometry& g) { return g.groups > 1; }),
            "n1c2h1w1_o2k1g2_nobias");
  EXPECT_EQ(smallest(kRich, [](const Geometry& g) { return g.w.kernel > 1; }),
            "n1c1h1w2_o1k1x2_nobias");
  EXPECT_EQ(smallest(kRich, [](const Geometry& g) { return g.out_channels > 8; }),
            "n1c1h1w1_o9k1_nobias");
  EXPECT_EQ(
      smallest(kRich, [](const Geometry& g) { return g.padding_mode == PaddingMode::reflect; }),
      "n1c1h1w1_o1k1_nobias_reflect");
  EXPECT_EQ(smallest(kRich, [](const Geometry& g) { return g.w.input % 8 == 3; }),
            "n1c1h1w3_o1k1_nobias");
}

TEST(Shrink, WhatBelongsTogetherStaysTogether) {
  EXPECT_EQ(smallest(kRich, [](const Geometry& g) { return g.groups >= 2 && g.w.dilation > 1; }),
            "n1c2h1w1_o2k1d1x2g2_nobias");
  const auto last_column = [](const Geometry& g) {
    return g.w.output() % 4 == 1 && g.w.output() > 4;
  };
  EXPECT_EQ(smallest("n2c4h9w29_o6k3p1_reflect", last_column), "n1c1h1w5_o1k1_nobias");
  const auto taps_apart = [](const Geometry& g) {
    return g.h.kernel > 1 && g.h.dilation > 1 && g.h.output() > 1;
  };
  EXPECT_EQ(cost(Point(trial(smallest("n2c3h20w20_o4k3p1d2", taps_apart)))).away, 3u);
}

TEST(Shrink, BatchZeroIsAParameterToo) {
  EXPECT_EQ(smallest("n0c4h9w9_o6k3p1g2", [](const Geometry& g) { return g.batch == 0; }),
            "n0c1h1w1_o1k1_nobias");
}

TEST(Shrink, LayoutAndThreadsGoWhereTheyDoNotMatter) {
  const auto any =
      shrunk(trial(kRich, Layout::nhwc, 3), [](const Trial&) { return true; }).smallest;
  EXPECT_EQ(any, trial("n1c1h1w1_o1k1_nobias"));
  const auto both = shrunk(trial(kRich, Layout::nhwc, 3), [](const Trial& s) {
    return s.layout == Layout::nhwc && s.threads > 1;
  });
  EXPECT_EQ(both.smallest, trial("n1c1h1w1_o1k1_nobias", Layout::nhwc, 2));
}

TEST(Shrink, NothingSmallerFails) {
  const auto only = trial("n1c3h7w7_o5k3s2p1");
  const auto result = shrunk(only, [&](const Trial& s) { return s == only; });
  EXPECT_EQ(result.smallest, only);
}

TEST(Shrink, AnEndedBudgetGivesTheBestSoFar) {
  int left = 3;
  const auto result = shrink(
      trial(kRich), [](const Trial& s) { return s.geometry.groups > 1; },
      [&] { return left-- > 0; });
  EXPECT_FALSE(result.complete);
  EXPECT_EQ(result.trials, 3);
  EXPECT_GT(result.smallest.geometry.groups, 1);
}

TEST(Shrink, AwayIsCountedAsTheHeaderSays) {
  const auto names = [](const char* text) { return away_from_trivial(trial(text)); };
  using Names = std::vector<std::string>;
  EXPECT_EQ(names("n1c1h1w1_o1k1_nobias"), Names{});
  EXPECT_EQ(names("n1c2h1w1_o2k1g2_nobias"), Names{"groups=2"});
  EXPECT_EQ(names("n1c4h1w1_o2k1g2_nobias"), (Names{"in_channels=4", "groups=2"}));
  EXPECT_EQ(names("n1c1h3w3_o1k3_nobias"), Names{"kernel_size=3"});
  EXPECT_EQ(names("n1c1h1w5_o1k1x3d1x2_nobias"), (Names{"kernel_size=3", "dilation=2"}));
  EXPECT_EQ(names("n1c1h9w5_o1k3x5_nobias"), (Names{"size=9", "kernel_size=3", "kernel_size=5"}));
  EXPECT_EQ(names("n1c1h1w1_o1k1p1_nobias"), Names{"padding=1"});
  EXPECT_EQ(names("n1c1h2w2_o1k1p1_reflect"),
            (Names{"padding=1", "bias=true", "padding_mode=reflect"}));
  EXPECT_EQ(away_from_trivial(trial("n1c1h1w1_o1k1_nobias", Layout::nhwc, 2)),
            (Names{"layout=nhwc", "threads=2"}));
}

/// One condition on one number that holds for `start`: at least so much, exactly so much, or so
/// much modulo a width.
std::function<bool(const Point&)> condition(Random& random, const Point& start, Coordinate k) {
  const auto value = start[k];
  switch (random.below(3)) {
    case 0:
      if (value > trivial(k))
        return [k, floor = random.between(trivial(k) + 1, value)](const Point& p) {
          return p[k] >= floor;
        };
      [[fallthrough]];
    case 1:
      return [k, value](const Point& p) { return p[k] == value; };
    default:
      return [k, value, width = random.pick<std::int64_t>({2, 4, 8})](const Point& p) {
        return p[k] % width == value % width;
      };
  }
}

/// Up to three parameters of a random case matter, each by one of its numbers. The search finds a
/// case in which no other counts.
TEST(Shrink, RandomBugsOfUpToThreeParameters) {
  int three = 0;
  for (std::uint64_t i = 0; i < 500; ++i) {
    const auto random_one = random_case(11, i);
    const Trial start{random_one.geometry, random_one.layout, random_one.threads};
    const Point point(start);
    Random random(12, i);
    std::vector<std::function<bool(const Point&)>> all;
    const auto wanted = random.between(1, 3);
    auto left = std::vector(parameters().begin(), parameters().end());
    for (std::int64_t n = 0; n < wanted; ++n) {
      const auto at = left.begin() + random.below(static_cast<std::int64_t>(left.size()));
      const auto coordinate = at->coordinates[static_cast<std::size_t>(
          random.below(static_cast<std::int64_t>(at->coordinates.size())))];
      all.push_back(condition(random, point, coordinate));
      left.erase(at);
    }
    const auto result = shrunk(start, [&](const Trial& s) {
      return std::all_of(all.begin(), all.end(),
                         [p = Point(s)](const auto& holds) { return holds(p); });
    });
    const auto away = away_from_trivial(result.smallest);
    EXPECT_LE(away.size(), all.size()) << "case " << i << ": " << short_text(start.geometry)
                                       << " became " << short_text(result.smallest.geometry);
    three += away.size() == 3;
  }
  EXPECT_GT(three, 10);  // or nothing was tested
}

}  // namespace
}  // namespace convgauge::verify
