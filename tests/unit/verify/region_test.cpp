// Error regions in words.
#include "verify/region.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "core/layers.hpp"
#include "core/problem_text.hpp"

namespace convgauge::verify {
namespace {

using Where = std::function<bool(std::int64_t n, std::int64_t c, std::int64_t h, std::int64_t w)>;

/// 2 images of 64 channels in 4 groups, 6 rows, 10 columns.
std::string words(const Where& wrong) {
  const auto spec = Spec::of(parse_problem("n2c8h6w10_o64k1g4").value(), Dtype::f32);
  std::vector<std::uint8_t> bad;
  for (std::int64_t n = 0; n < 2; ++n)
    for (std::int64_t c = 0; c < 64; ++c)
      for (std::int64_t h = 0; h < 6; ++h)
        for (std::int64_t w = 0; w < 10; ++w) bad.push_back(wrong(n, c, h, w));
  return describe_region(spec, TensorRole::dst, bad);
}

TEST(Region, NamesTheShape) {
  EXPECT_EQ(words([](auto, auto, auto, auto) { return true; }), "all outputs");
  EXPECT_EQ(words([](auto, auto, auto, auto w) { return w >= 7; }),
            "all of the last 3 columns (width w >= 7)");
  EXPECT_EQ(words([](auto, auto, auto h, auto) { return h == 5; }),
            "all of the last row (height h = 5)");
  EXPECT_EQ(words([](auto, auto, auto h, auto) { return h < 2; }), "all of the first 2 rows");
  EXPECT_EQ(words([](auto, auto c, auto, auto) { return c >= 49; }),
            "all of output channels >= 49");
  EXPECT_EQ(words([](auto, auto c, auto, auto) { return c / 16 == 1; }), "all of group 1");
  EXPECT_EQ(words([](auto, auto c, auto, auto) { return c >= 32; }), "all of groups 2 to 3");
  EXPECT_EQ(words([](auto, auto, auto h, auto) { return h % 2; }),
            "all of every second row from 1");
  EXPECT_EQ(words([](auto n, auto, auto, auto) { return n == 1; }),
            "all of the last image (batch n = 1)");
  EXPECT_EQ(words([](auto, auto c, auto h, auto w) { return c == 5 && h == 1 && w == 2; }),
            "all of output channel 5, row 1, column 2");
  EXPECT_EQ(
      words([](auto n, auto c, auto h, auto w) { return n == 0 && c == 5 && h == 1 && w == 2; }),
      "one output: image 0, output channel 5, row 1, column 2");
}

TEST(Region, NamesTheBorder) {
  EXPECT_EQ(words([](auto, auto, auto h, auto w) { return h == 0 || h == 5 || w == 0 || w == 9; }),
            "all of the border");
  EXPECT_EQ(words([](auto, auto, auto, auto w) { return w == 0 || w >= 8; }),
            "all of the first 1 and the last 2 columns");
}

TEST(Region, SaysHowMuchOfAnIncompleteRegion) {
  EXPECT_EQ(words([](auto, auto, auto h, auto w) { return (h + w) % 2 == 0; }),
            "50% of the outputs, everywhere");
  EXPECT_EQ(words([](auto, auto c, auto h, auto w) { return c >= 60 && (h + w) % 2 == 0; }),
            "50% of output channels >= 60");
}

}  // namespace
}  // namespace convgauge::verify
