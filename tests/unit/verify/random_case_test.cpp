#include "verify/random_case.hpp"

#include <gtest/gtest.h>

#include <set>

#include "core/layers.hpp"
#include "core/problem_text.hpp"

namespace convgauge::verify {
namespace {

TEST(RandomCase, EveryOneIsLegalAndLight) {
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    const auto c = random_case(1, i);
    ASSERT_FALSE(flaw(c.geometry)) << i << " " << short_text(c.geometry);
    ASSERT_LT(c.geometry.flops(), 40'000'000) << i << " " << short_text(c.geometry);
  }
}

/// The sequence is a promise: a failing index is looked up on another machine. A change of these
/// lines is a change of every sequence, and wants a note to whoever has kept an index.
TEST(RandomCase, TheSequenceIsFixed) {
  EXPECT_EQ(full_text(random_case(1, 0).geometry),
            "n1c16h300w1_o1k300x3s302x1p0x1d1x1g1_nobias_replicate");
  EXPECT_EQ(full_text(random_case(1, 1).geometry),
            "n1c1h96w86_o1k100x100s1x1p2x7d1x1g1_nobias_reflect");
  EXPECT_EQ(full_text(random_case(2, 0).geometry),
            "n2c1h3w63_o16k5x1s2x1p2x0d1x3g1_nobias_reflect");
  EXPECT_EQ(random_case(7, 99), random_case(7, 99));
}

/// Each of the corners comes often enough to be met within a minute.
TEST(RandomCase, CornersAreMet) {
  struct Corner {
    const char* what;
    bool (*met)(const RandomCase&);
    int times = 0;
  };
  Corner corners[] = {
      {"batch 0", [](const RandomCase& c) { return c.geometry.batch == 0; }},
      {"kernel > input",
       [](const RandomCase& c) {
         return c.geometry.h.kernel > c.geometry.h.input ||
                c.geometry.w.kernel > c.geometry.w.input;
       }},
      {"stride > kernel",
       [](const RandomCase& c) { return c.geometry.h.stride > c.geometry.h.kernel; }},
      {"asymmetric",
       [](const RandomCase& c) { return c.geometry.w.pad_before != c.geometry.w.pad_after; }},
      {"padding alone",
       [](const RandomCase& c) {
         return c.geometry.h.pad_before >= c.geometry.h.reach() &&
                c.geometry.padding_mode == PaddingMode::zeros;
       }},
      {"multiplier",
       [](const RandomCase& c) {
         return c.geometry.depthwise() && c.geometry.out_channels > c.geometry.in_channels;
       }},
      {"groups",
       [](const RandomCase& c) { return c.geometry.groups > 1 && c.geometry.group_inputs() > 1; }},
      {"17 channels", [](const RandomCase& c) { return c.geometry.in_channels == 17; }},
      {"long row", [](const RandomCase& c) { return c.geometry.w.input > 59; }},
      {"1xk",
       [](const RandomCase& c) { return c.geometry.h.kernel == 1 && c.geometry.w.kernel > 1; }},
      {"3x3 s2",
       [](const RandomCase& c) {
         return c.geometry.h.kernel == 3 && c.geometry.w.kernel == 3 && c.geometry.h.stride == 2 &&
                c.geometry.w.stride == 2;
       }},
      {"depthwise 3x3",
       [](const RandomCase& c) {
         return c.geometry.depthwise() && c.geometry.h.kernel == 3 && c.geometry.w.kernel == 3;
       }},
      {"circular and dilated",
       [](const RandomCase& c) {
         return c.geometry.padding_mode == PaddingMode::circular && c.geometry.w.dilation > 1;
       }},
      {"1x1 output",
       [](const RandomCase& c) {
         return c.geometry.h.output() == 1 && c.geometry.w.output() == 1;
       }},
      {"three threads", [](const RandomCase& c) { return c.threads == 3; }},
      {"bf16", [](const RandomCase& c) { return c.dtype == Dtype::bf16; }},
      {"native", [](const RandomCase& c) { return c.layout == Layout::native; }},
  };
  constexpr std::uint64_t kCases = 5000;
  for (std::uint64_t i = 0; i < kCases; ++i)
    for (auto& corner : corners) corner.times += corner.met(random_case(3, i));
  for (const auto& corner : corners) EXPECT_GT(corner.times, 25) << corner.what;
}

}  // namespace
}  // namespace convgauge::verify
