// oneDNN's descriptors: what is written, what is left out, and what is wrong.
#include "import/descriptor.hpp"

#include <gtest/gtest.h>

#include "core/layers.hpp"
#include "core/problem_text.hpp"

namespace convgauge::import {
namespace {

/// The convolution's text, "skipped: ..." or the error.
std::string read(const char* text, bool transposed = false) {
  const auto descriptor = parse_descriptor(text);
  if (!descriptor) return descriptor.error().message;
  const auto found = geometry_of(*descriptor, transposed);
  if (!found) return found.error().message;
  if (const auto* skipped = std::get_if<Skipped>(&*found)) return "skipped: " + skipped->what;
  return short_text(std::get<Geometry>(*found));
}

TEST(Descriptor, InFull) {
  EXPECT_EQ(read("g32mb2ic64ih56iw56oc64oh56ow56kh3kw3sh1sw1ph1pw1dh0dw0n\"name\""),
            "n2c64h56w56_o64k3p1g32");
  EXPECT_EQ(read("mb1_ic3oc64_ih224oh112kh7sh2dh0ph3_iw224ow112kw7sw2dw0pw3"),
            "n1c3h224w224_o64k7s2p3");
  EXPECT_EQ(read("mb1_ic4oc4_ih8oh8kh3sh1dh1ph2_iw9ow5kw5sw2dw0pw2"), "n1c4h8w9_o4k3x5s1x2p2d2x1")
      << "a dilation of 1 is a gap of 1: torch's 2";
}

TEST(Descriptor, WhatIsAbsentFollows) {
  EXPECT_EQ(read("ic3ih8oc4kh3"), "n2c3h8w8_o4k3") << "batch 2, square, no padding";
  EXPECT_EQ(read("ic3ih8oc4oh8kh3"), "n2c3h8w8_o4k3p1") << "the padding that gives the output";
  EXPECT_EQ(read("ic3ih8oc4oh4kh3sh2"), "n2c3h8w8_o4k3s2p0.1")
      << "(4-1)*2 - 8 + 3 = 1, halved: 0 before, and 1 behind";
  EXPECT_EQ(read("ic3ih8oc4kh3ph1"), "n2c3h8w8_o4k3p1") << "the output from the padding";
  EXPECT_EQ(read("ic3iw8oc4kw3pw1"), "n2c3h1w8_o4k1x3p0x1") << "1-D: of height 1";
  EXPECT_EQ(read("ic3id8oc4kd3"), "skipped: 3-D convolution");
  EXPECT_EQ(read("g3_ic3_ih8_oc3_kh3"), "n2c3h8w8_o3k3g3") << "_ means nothing";
}

TEST(Descriptor, ThePaddingBehindFollowsFromTheOutput) {
  EXPECT_EQ(read("mb1ic1oc1ih8oh4kh3sh2ph1iw8ow4kw3sw2pw1"), "n1c1h8w8_o1k3s2p1")
      << "0 would give the same output; the symmetric padding is preferred";
  EXPECT_EQ(read("mb1ic1oc1ih8oh8kh2ph0iw8ow8kw2pw1"), "n1c1h8w8_o1k2p0.1x1.0");
  EXPECT_EQ(read("mb1ic1oc1ih8oh3kh1sh1ph0iw8ow8kw1pw0"),
            "skipped: convolution with negative padding");
  EXPECT_EQ(read("mb1ic1oc1ih9oh4kh2sh2ph0iw9ow4kw2sw2pw0"), "n1c1h9w9_o1k2s2")
      << "what does not fill a stride is no negative padding";
}

TEST(Descriptor, ADeconvolutionIsAGradient) {
  EXPECT_EQ(read("mb1ic8oc4ih5oh10kh2sh2ph0", true), "n1c4h10w10_o8k2s2");
  EXPECT_EQ(read("mb1ic8oc4ih5kh4sh2ph1", true), "n1c4h10w10_o8k4s2p1") << "output from the rest";
  EXPECT_EQ(read("mb1ic8oc4ih5oh10kh3sh2ph1", true), "n1c4h10w10_o8k3s2p1")
      << "an output padding of 1 leaves the padding symmetric";
}

TEST(Descriptor, ErrorsNameEntryValueAndRule) {
  EXPECT_EQ(read("mb1ic3oc4ih8kh"), "kh: has no number, but ''");
  EXPECT_EQ(read("mb1ic3oc4ih8khx"), "kh: has no number, but 'x'");
  EXPECT_EQ(read("mb1ic3oc4ih8kh3zz4"),
            "'zz4' begins with none of g, mb, ic, oc, ih, oh, kh, sh, ph, dh ...");
  EXPECT_EQ(read("mb1oc4ih8kh3"), "ic: is missing or 0 in 'mb1oc4ih8kh3'");
  EXPECT_EQ(read("mb1ic3oc4ih8kh3sh0"), "sh: 0 is less than 1");
  EXPECT_EQ(read("mb1ic3oc4ih8"), "kh: 0 is less than 1");
  EXPECT_EQ(read("mb1ic3oc4"), "no size is given: ih and kh, or iw and kw, are needed");
  EXPECT_EQ(read("mb1ic3oc4ih8kh3ph-1"), "ph: -1 is less than 0");
  EXPECT_EQ(read("mb1ic99999999999999999999oc4ih8kh3"),
            "ic: '99999999999999999999oc4ih8kh3' does not fit in int64");
  EXPECT_EQ(read("mb1ic1oc1iw4294967311kw3"), "skipped: convolution with a size above 1e9");
  EXPECT_EQ(read("mb1ic3oc4ih2kh9"), "oh: the other numbers give no output: ih=2, kh=9, ph=0");
  EXPECT_EQ(read("g2mb1ic3oc4ih8kh3"), "groups: 2 does not divide in_channels=3");
  EXPECT_EQ(read("mb1ic3oc4ih8oh2kh3"), "ph: ih=8 and oh=2 give a negative padding");
}

}  // namespace
}  // namespace convgauge::import
