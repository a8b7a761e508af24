// Command lines of MIOpenDriver.
#include <gtest/gtest.h>

#include "core/layers.hpp"
#include "reading.hpp"

namespace convgauge::import {
namespace {

Reading lines(const std::string& text) {
  return read(read_miopen, text);
}

const std::string kLine =
    "./bin/MIOpenDriver conv -n 1 -c 3 -H 224 -W 224 -k 64 -y 7 -x 7 -p 3 -q 3 -u 2 -v 2 -l 1 -j 1 "
    "-g 1 -m conv -F 1 -t 1";

TEST(MIOpen, ACommandAndALog) {
  const Strings one{"n1c3h224w224_o64k7s2p3_nobias f32 forward 1"};
  EXPECT_EQ(lines(kLine).layers, one);
  EXPECT_EQ(lines("x\nMIOpen(HIP): Command [LogCmdConvolution] " + kLine + "\ny\n").layers, one);
  EXPECT_EQ(lines("MIOpenDriver.exe" + kLine.substr(18) + "\r\n").layers, one);
  EXPECT_EQ(lines("time " + kLine + " > out.txt 2>&1\n" + kLine + " 2>/dev/null | tee x\n").layers,
            Strings{"n1c3h224w224_o64k7s2p3_nobias f32 forward 2"});
  EXPECT_EQ(lines("# " + kLine + "\n").layers, Strings{});
}

TEST(MIOpen, WhatIsAbsentHasTheDriversDefaults) {
  EXPECT_EQ(lines("MIOpenDriver conv -F 1\n").layers,
            Strings{"n100c3h32w32_o32k3_nobias f32 forward 1"});
}

TEST(MIOpen, LongOptionsTypesAndBias) {
  EXPECT_EQ(lines("MIOpenDriver convfp16 --batchsize 2 --in_channels 4 --in_h 5 --in_w 6 "
                  "--out_channels 8 --fil_h 1 --fil_w 3 --pad_w 1 --group_count 2 --dilation_w 2 "
                  "--conv_stride_h 2 --forw 1 --bias 1 --in_layout nhwc --out_layout NHWC\n")
                .layers,
            Strings{"n2c4h5w6_o8k1x3s2x1p0x1d1x2g2 f16 forward nhwc 1"});
  EXPECT_EQ(lines("MIOpenDriver convbfp16 -F 2 -I NHWC\n").layers,
            Strings{"n100c3h32w32_o32k3_nobias bf16 backward_data nhwc 1"});
}

TEST(MIOpen, DirectionsAreASum) {
  const auto of = [](const char* sum) {
    Strings words;
    for (const auto& layer : lines(std::string("MIOpenDriver conv -F ") + sum + "\n").layers) {
      const auto end = layer.rfind(' ');
      words.push_back(
          layer.substr(layer.rfind(' ', end - 1) + 1, end - layer.rfind(' ', end - 1) - 1));
    }
    return words;
  };
  EXPECT_EQ(of("0"), (Strings{"forward", "backward_data", "backward_weights"}));
  EXPECT_EQ(of("4"), Strings{"backward_weights"});
  EXPECT_EQ(of("5"), (Strings{"forward", "backward_weights"}));
  EXPECT_EQ(of("6"), (Strings{"backward_data", "backward_weights"}));
}

TEST(MIOpen, TransposedConvolutionsAreGradients) {
  EXPECT_EQ(lines("MIOpenDriver conv -n 1 -c 8 -H 5 -W 5 -k 4 -y 2 -x 2 -u 2 -v 2 -m trans -F 1\n")
                .layers,
            Strings{"n1c4h10w10_o8k2s2_nobias f32 backward_data 1"});
  EXPECT_EQ(
      lines("MIOpenDriver conv -n 1 -c 8 -H 5 -W 5 -k 4 -y 3 -x 3 -p 1 -q 1 -u 2 -v 2 -m trans "
            "-Y 1 -X 1 -F 2\n")
          .layers,
      Strings{"n1c4h10w10_o8k3s2p1_nobias f32 forward 1"});
}

TEST(MIOpen, PaddingModes) {
  EXPECT_EQ(lines("MIOpenDriver conv -n 1 -z same -F 1\n").layers,
            Strings{"n1c3h32w32_o32k3p1_nobias f32 forward 1"});
  EXPECT_EQ(lines("MIOpenDriver conv -n 1 -z valid -p 1 -q 1 -F 1\n").layers,
            Strings{"n1c3h32w32_o32k3_nobias f32 forward 1"});
}

TEST(MIOpen, WhatIsNoneOfOursIsSkipped) {
  const auto reading = lines(
      "MIOpenDriver conv --spatial_dim 3 --in_d 8 -F 1\nMIOpenDriver convint8 -F 1\n"
      "MIOpenDriver bnorm -n 3\nMIOpenDriver conv -I NHWC -O NCHW\nMIOpenDriver CBAInfer -n 1\n");
  EXPECT_EQ(reading.layers, Strings{});
  EXPECT_EQ(
      reading.skipped,
      (Strings{"3-D convolution 1", "convint8 1", "bnorm 1",
               "convolution in vectors, or with tensors in different orders 1", "CBAInfer 1"}));
}

TEST(MIOpen, ErrorsNameLineOptionAndValue) {
  const auto error = [](const std::string& options) {
    return lines("\nMIOpenDriver conv " + options + "\n").error;
  };
  EXPECT_EQ(error("-n x"), "x:2: batchsize: 'x' is not a whole number");
  EXPECT_EQ(error("-n 0"), "x:2: batchsize: 0 is less than 1");
  EXPECT_EQ(error("-p -1"), "x:2: pad_h: -1 is less than 0");
  EXPECT_EQ(error("-n"), "x:2: -n: has no value");
  EXPECT_EQ(error("--batch 3"), "x:2: '--batch' is no option of MIOpenDriver conv");
  EXPECT_EQ(error("-F 9"), "x:2: forw: 9 is not 0 to 7: a sum of 1, 2 and 4");
  EXPECT_EQ(error("-m con"), "x:2: mode: 'con' is not conv or trans");
  EXPECT_EQ(error("-g 2"), "x:2: groups: 2 does not divide in_channels=3");
  EXPECT_EQ(error("-H 2 -y 3"),
            "x:2: kernel_size: 3 with dilation=1 reaches across 3, more than the padded height=2");
  EXPECT_EQ(lines("MIOpenDriver conv -n").error, "x:1: -n: has no value") << "no log";
  EXPECT_EQ(lines("MIOpen(HIP): Command [f] MIOpenDriver conv -n").skipped, Strings{"last line 1"});
}

}  // namespace
}  // namespace convgauge::import
