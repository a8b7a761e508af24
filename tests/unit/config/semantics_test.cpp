// The corners of torch.nn.Conv2d (harness/core/README.md): legal problems and the geometry they
// mean.
#include <gtest/gtest.h>

#include "core/layers.hpp"
#include "core/problem_text.hpp"
#include "scratch.hpp"

namespace convgauge::config {
namespace {

/// The problem that `text` means, as one line; or the message.
std::string read_as(const std::string& text) {
  const Scratch scratch;
  const auto suite = scratch.read(R"({"problems": [)" + text + "]}");
  return suite ? full_text(suite->problems.at(0).geometry) : suite.error().message;
}
/// The same for further keys of an input of 4 channels, 8 x 9, with 6 outputs.
std::string means(const std::string& keys) {
  const std::string head = "n1c4h8w9_o6", text = read_as(problem(keys));
  return text.starts_with(head) ? text.substr(head.size()) : text;
}

TEST(Semantics, DefaultsAreTorchs) {
  EXPECT_EQ(means(R"("kernel_size": 3)"), "k3x3s1x1p0x0d1x1g1_bias_zeros");
}

TEST(Semantics, SamePadsTheOddElementAfter_1) {
  const auto pads = [](const std::string& keys) {
    const auto text = means(R"("padding": "same", )" + keys);
    const auto from = text.find('p');
    return text.substr(from, text.find('d') - from);
  };
  EXPECT_EQ(pads(R"("kernel_size": 1)"), "p0x0");
  EXPECT_EQ(pads(R"("kernel_size": 2)"), "p0.1x0.1");
  EXPECT_EQ(pads(R"("kernel_size": 3)"), "p1x1");
  EXPECT_EQ(pads(R"("kernel_size": 4)"), "p1.2x1.2");
  EXPECT_EQ(pads(R"("kernel_size": 4, "dilation": 3)"), "p4.5x4.5");
  EXPECT_EQ(pads(R"("kernel_size": 4, "dilation": 2)"), "p3x3")
      << "odd only when d is odd and k even";
  EXPECT_EQ(pads(R"("kernel_size": [2, 5], "dilation": [3, 2])"), "p1.2x4")
      << "each axis by its own kernel and dilation";
}

TEST(Semantics, SameKeepsTheSize_1) {
  const Scratch scratch;
  const auto suite = scratch.read(
      beside(R"("axes": {"padding": ["same"], "kernel_size": [1, 2, [3, 4], [7, 6], [30, 31]], )"
             R"("dilation": [1, [2, 3], 4]})"));
  ASSERT_TRUE(suite) << suite.error().message;
  EXPECT_EQ(suite->problems.size(), 15U);
  for (const auto& p : suite->problems) {
    EXPECT_EQ(p.geometry.h.output(), 8) << p.name;
    EXPECT_EQ(p.geometry.w.output(), 9) << p.name;
  }
}

TEST(Semantics, SameIsTheSameInEveryMode_2) {
  for (const std::string mode : {"reflect", "replicate", "circular"})
    EXPECT_EQ(means(R"("kernel_size": 4, "padding": "same", "padding_mode": ")" + mode + "\""),
              "k4x4s1x1p1.2x1.2d1x1g1_bias_" + mode);
  EXPECT_EQ(
      means(R"("kernel_size": 3, "padding": "valid", "padding_mode": "reflect", "stride": 2)"),
      "k3x3s2x2p0x0d1x1g1_bias_reflect")
      << "valid is no padding, with any stride";
}

TEST(Semantics, BoundsOfModes_3) {
  EXPECT_EQ(means(R"("kernel_size": 3, "padding": [7, 8], "padding_mode": "reflect")"),
            "k3x3s1x1p7x8d1x1g1_bias_reflect");
  EXPECT_EQ(means(R"("kernel_size": 3, "padding": [8, 9], "padding_mode": "circular")"),
            "k3x3s1x1p8x9d1x1g1_bias_circular");
  EXPECT_EQ(means(R"("kernel_size": 3, "padding": [80, 90], "padding_mode": "replicate")"),
            "k3x3s1x1p80x90d1x1g1_bias_replicate");
  EXPECT_EQ(means(R"("kernel_size": [15, 3], "padding": "same", "padding_mode": "reflect")"),
            "k15x3s1x1p7x1d1x1g1_bias_reflect");
  EXPECT_NE(means(R"("kernel_size": [16, 3], "padding": "same", "padding_mode": "reflect")")
                .find("8 with padding_mode"),
            std::string::npos)
      << "an even kernel trips through its larger pad, 8";
}

TEST(Semantics, ReachAndStride_5) {
  EXPECT_EQ(means(R"("kernel_size": 13, "padding": 3)"), "k13x13s1x1p3x3d1x1g1_bias_zeros")
      << "kernel > input";
  EXPECT_EQ(means(R"("kernel_size": 2, "padding": 40, "stride": [3, 50])"),
            "k2x2s3x50p40x40d1x1g1_bias_zeros");
  EXPECT_EQ(means(R"("kernel_size": 3, "stride": 1099511627776)"),
            "k3x3s1099511627776x1099511627776p0x0d1x1g1_bias_zeros")
      << "stride 2^40 (15)";
  EXPECT_EQ(means(R"("kernel_size": 1, "dilation": 1000)"), "k1x1s1x1p0x0d1000x1000g1_bias_zeros");
}

TEST(Semantics, BatchOfNone_6) {
  for (const std::string mode : {"zeros", "reflect", "replicate", "circular"})
    EXPECT_EQ(read_as(problem(R"("kernel_size": 3, "padding": 1, "batch": 0, "padding_mode": ")" +
                              mode + "\"")),
              "n0c4h8w9_o6k3x3s1x1p1x1d1x1g1_bias_" + mode);
  EXPECT_NE(means(R"("kernel_size": 10, "batch": 0)").find("reaches across"), std::string::npos)
      << "still size-checked";
}

TEST(Semantics, Groups_8) {
  EXPECT_EQ(means(R"("kernel_size": 3, "groups": 2)"), "k3x3s1x1p0x0d1x1g2_bias_zeros");
  EXPECT_EQ(
      read_as(R"({"in_channels": 3, "out_channels": 9, "groups": 3, "height": 5, "width": 5, )"
              R"("kernel_size": 3})"),
      "n1c3h5w5_o9k3x3s1x1p0x0d1x1g3_bias_zeros")
      << "a depthwise multiplier";
}

TEST(Semantics, NumbersPairsAndShortLists_9) {
  EXPECT_EQ(
      means(R"("kernel_size": [2, 3], "stride": [4, 5], "padding": [1, 0], "dilation": [2, 3])"),
      "k2x3s4x5p1x0d2x3g1_bias_zeros");
  EXPECT_EQ(means(R"("kernel_size": 3, "stride": [2], "padding": [1], "dilation": [3])"),
            "k3x3s2x2p1x1d3x3g1_bias_zeros");
  EXPECT_EQ(means(R"("kernel_size": 3, "padding": [1, 2, 3, 4])"),
            "k3x3s1x1p1.2x3.4d1x1g1_bias_zeros");
  EXPECT_EQ(
      means(
          R"("kernel_size": 3, "padding": [0, 2, 1, 0], "padding_mode": "circular", "stride": 2)"),
      "k3x3s2x2p0.2x1.0d1x1g1_bias_circular");
  EXPECT_EQ(means(R"("kernel_size": 3, "padding": "same", "stride": [1])"),
            "k3x3s1x1p1x1d1x1g1_bias_zeros");
}

TEST(Semantics, Bias_14) {
  EXPECT_EQ(means(R"("kernel_size": 3, "bias": false)"), "k3x3s1x1p0x0d1x1g1_nobias_zeros");
  EXPECT_EQ(means(R"("kernel_size": 3, "bias": true)"), "k3x3s1x1p0x0d1x1g1_bias_zeros");
}

}  // namespace
}  // namespace convgauge::config
