// Narrow types: every f16 and bf16 bit pattern, and rounding to nearest even.
#include "core/dtype.hpp"
#include "core/spec.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

namespace convgauge {
namespace {

TEST(Dtype, EveryNarrowValueSurvives) {
  for (const auto type : {Dtype::f16, Dtype::bf16})
    for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
      const auto in = static_cast<std::uint16_t>(bits);
      std::uint16_t out = 0;
      const double value = load(type, &in, 0);
      store(type, &out, 0, value);
      if (std::isnan(value))
        EXPECT_TRUE(std::isnan(load(type, &out, 0)));
      else
        EXPECT_EQ(in, out) << word(type) << " " << bits;
    }
}

TEST(Dtype, Bf16IsTheUpperHalfOfF32) {
  for (std::uint32_t bits = 0; bits < 0x10000; bits += 7) {
    const auto narrow = static_cast<std::uint16_t>(bits);
    const float wide = std::bit_cast<float>(bits << 16);
    if (std::isnan(wide)) continue;
    EXPECT_EQ(load(Dtype::bf16, &narrow, 0), static_cast<double>(wide));
  }
}

TEST(Dtype, RoundsToNearestEven) {
  EXPECT_EQ(rounded(Dtype::f16, 2049), 2048);
  EXPECT_EQ(rounded(Dtype::f16, 2051), 2052);
  EXPECT_EQ(rounded(Dtype::f16, 65504), 65504);
  EXPECT_EQ(rounded(Dtype::f16, 65519.9), 65504);
  EXPECT_EQ(rounded(Dtype::f16, 65520), std::numeric_limits<double>::infinity());
  EXPECT_EQ(rounded(Dtype::f16, std::ldexp(1, -25)), 0) << "half the smallest subnormal: to even";
  EXPECT_EQ(rounded(Dtype::f16, std::ldexp(1.5, -25)), std::ldexp(1, -24));
  EXPECT_EQ(rounded(Dtype::bf16, 257), 256);
  EXPECT_EQ(rounded(Dtype::bf16, 259), 260);
  EXPECT_EQ(rounded(Dtype::f32, 16777217), 16777216);
}

TEST(Dtype, ReadsTheNamesOfOthers) {
  EXPECT_EQ(parse_word<Dtype>("bfloat16"), Dtype::bf16);
  EXPECT_EQ(parse_word<Dtype>("float32"), Dtype::f32);
  EXPECT_EQ(parse_word<Dtype>("fp32"), Dtype::f32);
  EXPECT_EQ(parse_word<Dtype>("half"), Dtype::f16);
  EXPECT_EQ(parse_word<Dtype>("double"), Dtype::f64);
  EXPECT_EQ(parse_word<Layout>("channels_last"), Layout::nhwc);
  EXPECT_EQ(parse_word<Layout>("NCHW"), Layout::nchw);
  EXPECT_EQ(parse_word<Layout>("NCWH"), std::nullopt);
  EXPECT_EQ(word(*parse_word<Dtype>("fp16")), "f16") << "written by its own name";
  EXPECT_EQ(parse_word<Dtype>("f64"), Dtype::f64);
  EXPECT_EQ(parse_word<Dtype>("int8"), std::nullopt);
}

}  // namespace
}  // namespace convgauge
