// A geometry written as JSON and read back, from either kind of nlohmann's objects.
#include "config/problem_json.hpp"

#include <gtest/gtest.h>

#include <random>
#include "core/layers.hpp"

namespace convgauge::config {
namespace {

const Place kPlace{"x.json", "/problem"};

TEST(ProblemJson, WritesEveryKeyInTorchsOrder) {
  const Geometry g{
      2,
      4,
      6,
      2,
      {.input = 9, .kernel = 2, .stride = 2, .dilation = 1, .pad_before = 1, .pad_after = 2},
      {.input = 8, .kernel = 3, .stride = 1, .dilation = 2, .pad_before = 0, .pad_after = 3},
      false,
      PaddingMode::reflect};
  EXPECT_EQ(
      problem_json(g).dump(),
      R"({"batch":2,"in_channels":4,"out_channels":6,"height":9,"width":8,"kernel_size":[2,3],)"
      R"("stride":[2,1],"padding":[1,2,0,3],"dilation":[1,2],"groups":2,"bias":false,)"
      R"("padding_mode":"reflect"})");
}

TEST(ProblemJson, RoundTripsRandomLegalProblems) {
  std::mt19937 random(7);
  const auto draw = [&](int least, int most) {
    return std::int64_t{least} +
           static_cast<int>(random() % static_cast<unsigned>(most - least + 1));
  };
  int legal = 0;
  for (int i = 0; i < 4000; ++i) {
    const auto groups = draw(1, 3);
    const Geometry g{draw(0, 3),
                     groups * draw(1, 3),
                     groups * draw(1, 3),
                     groups,
                     {draw(1, 20), draw(1, 5), draw(1, 3), draw(1, 2), draw(0, 2), draw(0, 2)},
                     {draw(1, 20), draw(1, 5), draw(1, 3), draw(1, 2), draw(0, 2), draw(0, 2)},
                     draw(0, 1) == 1,
                     static_cast<PaddingMode>(draw(0, 3))};
    const auto read = problem_from_json(problem_json(g), kPlace);
    EXPECT_EQ(read.has_value(), !flaw(g).has_value());
    if (!read) continue;
    ++legal;
    EXPECT_EQ(*read, g);
  }
  EXPECT_GT(legal, 2000);
}

TEST(ProblemJson, ReadsTheUnorderedKindToo) {
  const nlohmann::json object = problem_json(Geometry{});
  EXPECT_EQ(problem_from_json(object, kPlace).value(), Geometry{});
}

TEST(ProblemJson, NamesThePlace) {
  Json object = problem_json(Geometry{});
  object["groups"] = 2;
  EXPECT_EQ(problem_from_json(object, kPlace).error().message,
            "x.json: /problem/groups: 2 does not divide in_channels=1");
  EXPECT_EQ(problem_from_json(3, kPlace).error().message,
            "x.json: /problem: 3 is not an object with the keys of torch.nn.Conv2d");
}

}  // namespace
}  // namespace convgauge::config
