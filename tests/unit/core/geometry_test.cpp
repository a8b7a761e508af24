// flaw(): what torch.nn.Conv2d refuses, field by field; and the one output-size law.
#include "core/geometry.hpp"

#include <gtest/gtest.h>

namespace convgauge {
namespace {

Geometry square(std::int64_t size, std::int64_t kernel) {
  Geometry g;
  g.h = g.w = {.input = size, .kernel = kernel};
  return g;
}

std::string field_of(const Geometry& g) {
  const auto bad = flaw(g);
  return bad ? bad->field : "none";
}

TEST(Geometry, OutputSizeDropsTrailingInput) {
  auto g = square(7, 3);
  g.h.stride = 2;
  const std::int64_t expected[] = {1, 1, 2, 2,
                                   3};  // seen with torch for inputs 3..7, kernel 3, stride 2
  for (std::int64_t input = 3; input <= 7; ++input) {
    g.h.input = input;
    EXPECT_EQ(g.h.output(), expected[input - 3]) << input;
  }
}

TEST(Geometry, AcceptsWhatTorchAccepts) {
  EXPECT_EQ(field_of(square(8, 3)), "none");
  auto g = square(1, 5);
  g.h.pad_before = g.h.pad_after = g.w.pad_before = g.w.pad_after = 2;
  EXPECT_EQ(field_of(g), "none") << "a kernel larger than the input, made room for by padding";
  g = square(8, 3);
  g.batch = 0;
  EXPECT_EQ(field_of(g), "none") << "batch 0";
  g = square(8, 3);
  g.h.stride = std::int64_t{1} << 40;
  EXPECT_EQ(g.h.output(), 1);
  EXPECT_EQ(field_of(g), "none") << "stride 2^40";
}

TEST(Geometry, NamesTheField) {
  auto g = square(8, 3);
  g.in_channels = 64;
  g.out_channels = 64;
  g.groups = 3;
  EXPECT_EQ(flaw(g), (Flaw{"groups", "3 does not divide in_channels=64"}));
  g = square(8, 3);
  g.out_channels = 0;
  EXPECT_EQ(field_of(g), "out_channels");
  g = square(8, 3);
  g.batch = -1;
  EXPECT_EQ(field_of(g), "batch");
  g = square(0, 3);
  EXPECT_EQ(field_of(g), "height");
  g = square(8, 0);
  EXPECT_EQ(field_of(g), "kernel_size");
  g = square(8, 3);
  g.w.stride = 0;
  EXPECT_EQ(field_of(g), "stride");
  g = square(8, 1);
  g.w.dilation = 0;
  EXPECT_EQ(field_of(g), "dilation") << "also with a 1x1 kernel";
  g = square(8, 3);
  g.h.pad_after = -1;
  EXPECT_EQ(field_of(g), "padding");
  EXPECT_EQ(field_of(square(4, 5)), "kernel_size");
}

TEST(Geometry, BoundsOfPaddingModes) {
  auto g = square(3, 3);
  g.h.pad_after = 3;
  EXPECT_EQ(field_of(g), "none");
  g.padding_mode = PaddingMode::reflect;
  EXPECT_EQ(field_of(g), "padding") << "reflect needs less than the input";
  g.padding_mode = PaddingMode::circular;
  EXPECT_EQ(field_of(g), "none") << "circular allows as much as the input";
  g.h.pad_after = 4;
  EXPECT_EQ(field_of(g), "padding");
  g.padding_mode = PaddingMode::replicate;
  EXPECT_EQ(field_of(g), "none") << "replicate is unbounded";
}

TEST(Geometry, RefusesWhatOverflows) {
  auto g = square(8, 3);
  g.h.pad_before = std::int64_t{1} << 62;
  g.h.pad_after = std::int64_t{1} << 62;
  EXPECT_EQ(field_of(g), "padding");
  g = square(8, 3);
  g.h.dilation = std::int64_t{1} << 62;
  EXPECT_EQ(field_of(g), "dilation");
  g = square(std::int64_t{1} << 31, 1);
  EXPECT_EQ(field_of(g), "in_channels");
  g = square(8, 3);
  g.batch = 0;
  g.in_channels = std::int64_t{1} << 60;
  EXPECT_EQ(field_of(g), "in_channels") << "batch 0 hides no overflow";
}

}  // namespace
}  // namespace convgauge
