// Every reader on samples with random damage: it reads, skips or refuses them with a place, and
// every problem that it gives is legal. The build with sanitizers makes this a search for crashes.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "config/layer_list.hpp"
#include "core/layers.hpp"
#include "reading.hpp"

namespace convgauge::import {
namespace {

const std::string kVerbose =
    "onednn_verbose,info,oneDNN v2.6.3 (commit "
    "N/A)\nonednn_verbose,info,cpu,runtime:OpenMP,nthr:1\n"
    "onednn_verbose,info,prim_template:operation,engine,primitive,implementation,prop_kind,memory_"
    "descriptors,attributes,auxiliary,problem_desc,exec_time\n"
    "onednn_verbose,exec,cpu,convolution,jit:avx2,forward_training,src_f32::blocked:abcd:f0 "
    "wei_f32::blocked:Acdb16a:f0 bia_f32::blocked:a:f0 dst_f32::blocked:aBcd16b:f0,attr-scratchpad:"
    "user ,alg:convolution_direct,mb1_ic3oc64_ih64oh32kh7sh2dh0ph3_iw64ow32kw7sw2dw0pw3,0.459961\n"
    "onednn_verbose,v1,primitive,exec,cpu,deconvolution,jit,backward_data,src:bf16::blocked:abcd::"
    "f0"
    " wei:bf16:a:blocked:Acdb64a::f0 bia:undef::undef::: dst:bf16::blocked:abcd::f0,,alg:x,g2mb1_"
    "ic8oc4_ih5oh10kh2sh2dh1ph0_iw5ow10kw2sw2dw0pw0,13.668\n"
    "dnnl_verbose,exec,cpu,reorder,jit:uni,undef,src_f32::blocked:abcd:f0,,,64x3x7x7,0.02\n";
const std::string kBenchdnn =
    "--reset --dir=FWD_B,BWD_D,BWD_WB --dt=f32,bf16:bf16:f32 --stag=axb,any --mb=0,3\n"
    "g32mb2ic64ih56iw56oc64oh56ow56kh3kw3sh1sw1ph1pw1dh0dw0n\"a*3&b\" # text\n"
    "--deconv --match=.*o.* --attr-post-ops=relu ic3id4oc4kd2 \\\n ic3iw8oc4kw3 --conv "
    "ic3ih8oc4oh4kh3sh2 --matmul 1x2:2x3\n";
const std::string kMIOpen =
    "MIOpen(HIP): Command [LogCmdConvolution] ./bin/MIOpenDriver conv -n 1 -c 4 -H 24 -W 24 -k 8 "
    "-y "
    "7 -x 7 -p 3 -q 3 -u 2 -v 2 -l 1 -j 1 -g 2 -m trans -F 0 -t 1\n"
    "MIOpenDriver convfp16 --in_layout NHWC --pad_mode same --spatial_dim 2 --bias 1 -z valid -Y "
    "1\n"
    "MIOpenDriver bnorm -n 1\n";
const std::string kJson =
    R"({"source": "m", "layers": [{"name": "c", "problem": {"in_channels": 3, "out_channels": 4,
"height": 8, "width": 8, "kernel_size": [3, 3], "padding": [1, 1, 0, 1], "groups": 1}, "direction":
"backward_data", "dtype": "f16"}], "skipped": [{"what": "If", "why": "w", "count": 2}]})";

/// CONVGAUGE_TEST_MUTATIONS of each sample, by default 5000: a few seconds with sanitizers.
int rounds() {
  const char* given = std::getenv("CONVGAUGE_TEST_MUTATIONS");
  return given ? std::atoi(given) : 5'000;
}

class Mutations {
 public:
  std::string of(std::string text) {
    static const std::string kTokens[] = {",",
                                          "\n",
                                          "999999999999999999999",
                                          "-1",
                                          "0",
                                          "_",
                                          "=",
                                          "1000000000",
                                          "exec",
                                          "\"",
                                          "*",
                                          "&",
                                          " ",
                                          "ic",
                                          "--",
                                          "template:",
                                          std::string(1, '\0'),
                                          "\xff",
                                          "{",
                                          "]"};
    for (int changes = 1 + pick(4); changes > 0 && !text.empty(); --changes) {
      const auto at = static_cast<std::size_t>(pick(static_cast<int>(text.size())));
      switch (pick(5)) {
        case 0:
          text[at] = static_cast<char>(pick(256));
          break;
        case 1:
          text.erase(at, static_cast<std::size_t>(1 + pick(9)));
          break;
        case 2:
          text.insert(at, kTokens[pick(std::size(kTokens))]);
          break;
        case 3:
          text.insert(at, text.substr(static_cast<std::size_t>(pick(static_cast<int>(text.size()))),
                                      static_cast<std::size_t>(pick(60))));
          break;
        default:
          if (pick(8) == 0) text.resize(at);
          text.insert(text.size() / 2, std::to_string(random_() % 100));
      }
    }
    return text;
  }

 private:
  int pick(std::size_t below) { return static_cast<int>(random_() % below); }
  std::mt19937_64 random_{1};
};

void hold(ReadText reader, const std::string& sample) {
  Mutations mutations;
  int read = 0, refused = 0;
  ASSERT_EQ(import::read(reader, sample).error, "") << "the sample itself is good";
  for (int i = 0; i < rounds(); ++i) {
    const auto text = mutations.of(sample);
    Lines lines(text, "x");
    Merge merge;
    const auto about = reader(lines, merge);
    if (!about) {
      ++refused;
      ASSERT_TRUE(about.error().message.starts_with("x:")) << about.error().message;
      ASSERT_LT(about.error().message.size(), 400u) << about.error().message;
      continue;
    }
    ++read;
    for (const auto& problem : merge.finish("x", "").suite.problems) {
      const auto bad = flaw(problem.geometry);
      ASSERT_FALSE(bad) << bad->field << ": " << bad->rule << "\n" << text;
      ASSERT_GE(problem.count, 1);
    }
  }
  EXPECT_GT(read, 0);
  EXPECT_GT(refused, 0);
}

TEST(Mutations, OfVerboseLogs) {
  hold(read_verbose, kVerbose);
}
TEST(Mutations, OfBenchdnnFiles) {
  hold(read_benchdnn, kBenchdnn);
}
TEST(Mutations, OfMIOpenCommands) {
  hold(read_miopen, kMIOpen);
}

TEST(Mutations, OfLayerLists) {
  Mutations mutations;
  ASSERT_TRUE(read_layer_list(kJson, "x"));
  for (int i = 0; i < rounds(); ++i) {
    const auto list = read_layer_list(mutations.of(kJson), "x");
    if (!list) continue;
    for (const auto& layer : list->layers) ASSERT_FALSE(flaw(layer.geometry));
  }
}

}  // namespace
}  // namespace convgauge::import
