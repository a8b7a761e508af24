// Logs of oneDNN of every form.
#include <gtest/gtest.h>

#include "core/layers.hpp"
#include "reading.hpp"

namespace convgauge::import {
namespace {

Reading log(const std::string& text) {
  return read(read_verbose, text);
}

const std::string kProblem = "mb1_ic3oc4_ih8oh4kh3sh2dh0ph1_iw8ow4kw3sw2dw0pw1";
const std::string kMemory2 =
    "src_f32::blocked:abcd:f0 wei_f32::blocked:Acdb16a:f0 bia_f32::blocked:a:f0 "
    "dst_f32::blocked:aBcd16b:f0";

/// A line of version 2.x with a convolution.
std::string line2(const std::string& kind = "forward_training",
                  const std::string& memory = kMemory2, const std::string& problem = kProblem,
                  const std::string& primitive = "convolution") {
  return "onednn_verbose,exec,cpu," + primitive + ",jit:avx2," + kind + "," + memory +
         ",attr-scratchpad:user ,alg:convolution_direct," + problem + ",0.459961\n";
}

TEST(Verbose, LinesOfEveryVersion) {
  const std::string rest = "cpu,convolution,jit:avx2,forward_inference,";
  const std::string memory1 =
      "src_f32::blocked:abcd:f0 wei_f32::blocked:abcd:f0 bia_undef::undef::f0 "
      "dst_f32::blocked:abcd:f0";
  const std::string memory3 =
      "src:f32::blocked:abcd::f0 wei:f32:a:blocked:Acdb64a::f0 bia:undef::undef::: "
      "dst:f32::blocked:abcd::f0";
  const auto end = ",,alg:convolution_direct," + kProblem + ",13.668\n";
  for (const auto& text :
       {"dnnl_verbose,exec," + rest + memory1 + end, "onednn_verbose,exec," + rest + memory1 + end,
        "onednn_verbose,1667089361.56,exec," + rest + memory1 + end,
        "onednn_verbose,primitive,exec," + rest + memory3 + end,
        "onednn_verbose,v1,primitive,exec," + rest + memory3 + end,
        "onednn_verbose,v1,1667089361.56,primitive,exec," + rest + memory3 + end,
        "12:00 worker 3: onednn_verbose,v1,primitive,exec," + rest + memory3 + end}) {
    const auto reading = log(text);
    EXPECT_EQ(reading.error, "");
    EXPECT_EQ(reading.layers, Strings{"n1c3h8w8_o4k3s2p1_nobias f32 forward 1"}) << text;
  }
}

TEST(Verbose, LinesBeforeOneDnn) {
  const std::string old =
      ",alg:convolution_direct,mb1_g1ic3oc4_ih8oh4kh3sh2dh0ph1_iw8ow4kw3sw2dw0pw1,";
  const std::string formats = "fsrc:nChw8c fwei:OIhw8i8o fbia:undef fdst:nChw8c";
  const std::string types =
      "src_f32::blocked:abcd:f0 wei_f32::blocked:abcd:f0 "
      "bia_undef::undef::f0 dst_f32::blocked:abcd:f0";
  for (const auto& text :
       {"mkldnn_verbose,exec,convolution,forward_training," + formats + old + "0.03\n",
        "mkldnn_verbose,exec,convolution,jit:avx2,forward_training," + formats + old + "1.5\n",
        "mkldnn_verbose,exec,convolution,jit_1x1:avx2,forward_training," + formats + old + "9,47\n",
        "mkldnn_verbose,exec,convolution,gemm:jit,forward_inference," + types + old + "0.6\n",
        "mkldnn_verbose,exec,cpu,convolution,gemm:jit,forward_inference," + types + old + "0.6\n",
        "dnnl_verbose,exec,cpu,convolution,jit:avx2,forward_training," + types + old + "2\n",
        "dnnl_verbose,exec,cpu,convolution,jit:avx2,forward_training," + types +
            ",scratchpad_mode:user;" + old + "2,25\n"}) {
    const auto reading =
        log("mkldnn_verbose,info,Intel(R) MKL-DNN v0.18.0 (Git Hash d25d)\n" + text);
    EXPECT_EQ(reading.error, "") << text;
    EXPECT_EQ(reading.layers, Strings{"n1c3h8w8_o4k3s2p1_nobias f32 forward 1"}) << text;
  }
  const auto bias = "fsrc:nchw fwei:oihw fbia:x fdst:nchw";
  const auto reading =
      log("mkldnn_verbose,exec,convolution,jit:avx2,backward_weights," + (bias + old) + "1\n" +
          "mkldnn_verbose,exec,convolution,jit:avx2,backward_data," + formats + old + "1\n" +
          "mkldnn_verbose,exec,deconvolution,jit:avx2,forward_training," + formats +
          ",alg:deconvolution_direct,mb1_g1ic8oc4_ih5oh10kh2sh2dh0ph0_iw5ow10kw2sw2dw0pw0,1\n" +
          "mkldnn_verbose,exec,convolution,jit_int8:avx512_core,forward_training," + formats + old +
          "1\n" +
          "mkldnn_verbose,exec,reorder,jit:uni,undef,in:f32_hwio out:f32_OIhw8i8o,num:1,1x2,1\n");
  EXPECT_EQ(reading.error, "");
  EXPECT_EQ(reading.layers, (Strings{"n1c3h8w8_o4k3s2p1 f32 backward_weights 1",
                                     "n1c3h8w8_o4k3s2p1_nobias f32 backward_data 1",
                                     "n1c4h10w10_o8k2s2_nobias f32 backward_data 1"}));
  EXPECT_EQ(reading.skipped, (Strings{"convolution of s8:s8:s8 1", "reorder 1"}));
}

TEST(Verbose, WhereNothingRanWhatWasCreatedIsTaken) {
  const auto created = [](const std::string& how) {
    auto text = line2();
    return text.replace(text.find("exec"), 4, how);
  };
  const auto all = created("create:cache_miss") + created("create:cache_hit") +
                   created("create:dispatch") +
                   "onednn_verbose,exec,cpu,reorder,jit,undef,,,,1x1,1\n";
  const auto reading = log(all);
  EXPECT_EQ(reading.layers, Strings{"n1c3h8w8_o4k3s2p1 f32 forward 2"});
  EXPECT_EQ(reading.changed, Strings{"convolution 2"});
  EXPECT_EQ(log(all + line2()).layers, Strings{"n1c3h8w8_o4k3s2p1 f32 forward 1"});
}

TEST(Verbose, DirectionsAndBias) {
  EXPECT_EQ(log(line2()).layers, Strings{"n1c3h8w8_o4k3s2p1 f32 forward 1"});
  EXPECT_EQ(log(line2("backward_data")).layers,
            Strings{"n1c3h8w8_o4k3s2p1_nobias f32 backward_data 1"});
  EXPECT_EQ(log(line2("backward_weights")).layers,
            Strings{"n1c3h8w8_o4k3s2p1 f32 backward_weights 1"});
  const std::string up = "mb1_ic8oc4_ih5oh10kh2sh2dh0ph0_iw5ow10kw2sw2dw0pw0";
  EXPECT_EQ(log(line2("forward_training", kMemory2, up, "deconvolution")).layers,
            Strings{"n1c4h10w10_o8k2s2_nobias f32 backward_data 1"});
  EXPECT_EQ(log(line2("backward_data", kMemory2, up, "deconvolution")).layers,
            Strings{"n1c4h10w10_o8k2s2_nobias f32 forward 1"});
  EXPECT_EQ(log(line2("backward_weights", kMemory2, up, "deconvolution")).layers,
            Strings{"n1c4h10w10_o8k2s2_nobias f32 backward_weights 1"});
}

TEST(Verbose, TypesThatAreNotOursAreSkippedByName) {
  const auto memory = [](const std::string& s, const std::string& w, const std::string& d) {
    return "src_" + s + "::blocked:abcd:f0 wei_" + w + "::blocked:a:f0 bia_undef::undef::f0 dst_" +
           d + "::blocked:a:f0";
  };
  const auto reading = log(line2("forward", memory("u8", "s8", "f32")) +
                           line2("forward", memory("bf16", "bf16", "f32")) +
                           line2("forward", memory("bf16", "bf16", "bf16")) +
                           line2("forward", memory("f16", "f16", "f16")));
  EXPECT_EQ(reading.skipped,
            (Strings{"convolution of u8:s8:f32 1", "convolution of bf16:bf16:f32 1"}));
  EXPECT_EQ(reading.layers, (Strings{"n1c3h8w8_o4k3s2p1_nobias bf16 forward 1",
                                     "n1c3h8w8_o4k3s2p1_nobias f16 forward 1"}));
}

TEST(Verbose, CountsInTheOrderOfTheLog) {
  const std::string other = "mb1_ic1oc1_ih8oh8kh1sh1dh0ph0_iw8ow8kw1sw1dw0pw0";
  const auto reading =
      log("some text of the application\nonednn_verbose,info,oneDNN v2.6.3 (commit N/A)\n"
          "onednn_verbose,info,cpu,runtime:OpenMP,nthr:4\n" +
          line2("forward", kMemory2, other) + line2() +
          "onednn_verbose,exec,cpu,reorder,jit:uni,undef,src_f32:: dst_f32::,,,64x64x3x3,0.1\n" +
          "onednn_verbose,create:cache_miss,cpu,convolution,jit:avx2,forward,x,,,y,0.1\n" +
          line2("forward", kMemory2, other));
  EXPECT_EQ(reading.layers,
            (Strings{"n1c1h8w8_o1k1 f32 forward 2", "n1c3h8w8_o4k3s2p1 f32 forward 1"}));
  EXPECT_EQ(reading.skipped, Strings{"reorder 1"});
  EXPECT_EQ(reading.about, "oneDNN v2.6.3, threads: 4");
}

TEST(Verbose, TheLogsTemplateSaysTheOrder) {
  const auto reading = log(
      "onednn_verbose,v1,primitive,info,template:operation,primitive,engine,problem_desc,prop_kind,"
      "memory_descriptors,attributes,exec_time\n"
      "onednn_verbose,v1,graph,info,template:operation,engine,partition_id,exec_time\n"
      "onednn_verbose,v1,primitive,exec,convolution,cpu," +
      kProblem + ",forward," + kMemory2 + ",attr-post-ops:a,b,c,0.5\n");
  EXPECT_EQ(reading.error, "");
  EXPECT_EQ(reading.layers, Strings{"n1c3h8w8_o4k3s2p1 f32 forward 1"});
}

TEST(Verbose, OfATrainingStepOfPyTorch) {
  // Lines of torch 2.15 (oneDNN 3.13) for ConvTranspose2d(8, 4, 3, stride=2, padding=1,
  // output_padding=1), with ONEDNN_VERBOSE_TIMESTAMP=1, and for a grouped Conv2d.
  const auto reading = log(
      "onednn_verbose,v1,primitive,info,template:timestamp,operation,engine,primitive,"
      "implementation,prop_kind,memory_descriptors,attributes,auxiliary,problem_desc,exec_time\n"
      "onednn_verbose,v1,1795958435377.915039,primitive,exec,cpu,deconvolution,brg_deconv:avx512_"
      "core_bf16+brgconv_strided:avx512_core_bf16,forward_training,src:bf16:a:blocked:acdb::f0 "
      "wei:bf16:ap:blocked:AcdB16a2b::f0 bia:bf16:a:blocked:a::f0 dst:bf16:a:blocked:acdb::f0,attr-"
      "scratchpad:user,alg:deconvolution_direct,mb1_ic8oc4_ih34oh68kh3sh2dh0ph1_iw48ow96kw3sw2dw0"
      "pw1,32.6082\n"
      "onednn_verbose,v1,1795958435378.1,primitive,exec,cpu,convolution,jit:avx512_core,backward_"
      "weights,src:f32:a:blocked:aBcd4b::f0 wei:f32:a:blocked:aBCde4c4b::f0 "
      "bia:f32:a:blocked:a::f0 "
      "dst:f32:a:blocked:aBcd4b::f0,attr-scratchpad:user,alg:convolution_direct,g4mb2_ic16oc16_ih17"
      "oh17kh3sh1dh0ph1_iw24ow24kw3sw1dw0pw1,0.0429688\n");
  EXPECT_EQ(reading.error, "");
  EXPECT_EQ(reading.layers, (Strings{"n1c4h68w96_o8k3s2p1_nobias bf16 backward_data 1",
                                     "n2c16h17w24_o16k3p1g4 f32 backward_weights 1"}));
}

TEST(Verbose, ATornLastLineIsToldAndLeftOut) {
  const auto whole = line2() + line2("backward_data");
  for (std::size_t end = line2().size() + 16; end < whole.size() - 10; ++end) {
    const auto reading = log(whole.substr(0, end));
    EXPECT_EQ(reading.error, "") << end;
    EXPECT_EQ(reading.layers.size(), 1u) << end;
    EXPECT_EQ(reading.skipped, Strings{"last line 1"}) << end;
  }
}

TEST(Verbose, ErrorsNameLineFieldAndValue) {
  EXPECT_EQ(log("\n" + line2("sideways")).error,
            "x:2: prop_kind: 'sideways' is not forward, backward_data or backward_weights");
  EXPECT_EQ(log(line2("forward", kMemory2, "mb1_ic3ocx")).error,
            "x:1: problem_desc: oc: has no number, but 'x'");
  EXPECT_EQ(log(line2("forward", "src_f32::blocked:abcd:f0")).error,
            "x:1: memory_descriptors: no type of wei in 'src_f32::blocked:abcd:f0'");
  EXPECT_EQ(log("onednn_verbose,exec,cpu,convolution,jit\n").error,
            "x:1: prop_kind: is missing: the line has 3 fields after what was done, not 9");
  EXPECT_EQ(log("onednn_verbose,create:cache_miss,cpu,convolution,jit,forward\n").error,
            "x:1: prop_kind: is missing: the line has 4 fields after what was done, not 9");
}

TEST(Verbose, WhatHasNoFixedTwoDimensionsIsSkipped) {
  const auto reading =
      log(line2("forward", kMemory2, "mb1_ic1oc1_id8od8kd1sd1dd0pd0_ih8oh8kh1_iw8ow8kw1") +
          line2("forward", kMemory2, "mb*_ic1oc1_ih*oh*kh1_iw*ow*kw1") +
          line2("forward", kMemory2, "mb1_ic4oc4_iw8ow8kw3sw1dw0pw1"));
  EXPECT_EQ(reading.skipped,
            (Strings{"3-D convolution 1", "convolution with sizes known only at run time 1"}));
  EXPECT_EQ(reading.layers, Strings{"n1c4h1w8_o4k1x3p0x1 f32 forward 1"});
  EXPECT_EQ(reading.changed, Strings{"1-D convolution 1"});
}

}  // namespace
}  // namespace convgauge::import
