// Problems that are refused, each with its whole message: forms of values, and what torch.nn.Conv2d
// does not accept.
#include <gtest/gtest.h>

#include "core/layers.hpp"
#include "scratch.hpp"

namespace convgauge::config {
namespace {

struct Bad {
  std::string text, message;
};

void expect_all(const std::vector<Bad>& table) {
  const Scratch scratch;
  for (const auto& [text, message] : table)
    EXPECT_EQ(scratch.refusal(config(text)), "x.json: " + message) << text;
}

TEST(BadProblem, FormsOfNumbers) {
  expect_all({
      {R"("kernel_size": 3.0)",
       "/problems/0/kernel_size: 3.0 is not an integer or a pair [height, width]"},
      {R"("kernel_size": "3")",
       "/problems/0/kernel_size: \"3\" is not an integer or a pair [height, width]"},
      {R"("kernel_size": null)",
       "/problems/0/kernel_size: null is not an integer or a pair [height, width]"},
      {R"("kernel_size": true)",
       "/problems/0/kernel_size: true is not an integer or a pair [height, width]"},
      {R"("kernel_size": {"h": 3})",
       "/problems/0/kernel_size: an object is not an integer or a pair [height, width]"},
      {R"("kernel_size": [3])",
       "/problems/0/kernel_size: [3] has 1 element, is not an integer or a pair [height, width]"},
      {R"("kernel_size": [])",
       "/problems/0/kernel_size: [] has 0 elements, is not an integer or a pair [height, width]"},
      {R"("kernel_size": [3, 3, 3])",
       "/problems/0/kernel_size: [3,3,3] has 3 elements, is not an integer or a pair [height, "
       "width]"},
      {R"("kernel_size": [3, 2.5])", "/problems/0/kernel_size/1: 2.5 is not an integer"},
      {R"("kernel_size": [true, 3])", "/problems/0/kernel_size/0: true is not an integer"},
      {R"("kernel_size": [[3], 3])", "/problems/0/kernel_size/0: [3] is not an integer"},
      {R"("kernel_size": 3, "stride": [1, 2, 3])",
       "/problems/0/stride: [1,2,3] has 3 elements, is not an integer or a pair [height, width]"},
      {R"("kernel_size": 3, "dilation": 1e0)",
       "/problems/0/dilation: 1.0 is not an integer or a pair [height, width]"},
      {R"("kernel_size": 3, "batch": 4.0)", "/problems/0/batch: 4.0 is not an integer"},
      {R"("kernel_size": 3, "batch": [4])", "/problems/0/batch: [4] is not an integer"},
      {R"("kernel_size": 3, "groups": null)", "/problems/0/groups: null is not an integer"},
      {R"("kernel_size": 3, "batch": 9223372036854775808)",
       "/problems/0/batch: 9223372036854775808 does not fit in int64"},
      {R"("kernel_size": 3, "batch": 99999999999999999999999)",
       "/problems/0/batch: 99999999999999999999999 does not fit in int64"},
      {R"("kernel_size": [3, -9223372036854775809])",
       "/problems/0/kernel_size/1: -9223372036854775809 does not fit in int64"},
  });
}

TEST(BadProblem, FormsOfWords) {
  const std::string paddings =
      "an integer, a pair [height, width], four numbers [top, bottom, left, right], \"same\" or "
      "\"valid\"";
  expect_all({
      {R"("kernel_size": 3, "padding": "smae")",
       "/problems/0/padding: \"smae\" is not " + paddings},
      {R"("kernel_size": 3, "padding": "SAME")",
       "/problems/0/padding: \"SAME\" is not " + paddings},
      {R"("kernel_size": 3, "padding": 1.5)", "/problems/0/padding: 1.5 is not " + paddings},
      {R"("kernel_size": 3, "padding": false)", "/problems/0/padding: false is not " + paddings},
      {R"("kernel_size": 3, "padding": [1, 1, 1])",
       "/problems/0/padding: [1,1,1] has 3 elements, is not " + paddings},
      {R"("kernel_size": 3, "padding": [1, 1, 1, 1, 1])",
       "/problems/0/padding: [1,1,1,1,1] has 5 elements, is not " + paddings},
      {R"("kernel_size": 3, "padding": ["same", "same"])",
       "/problems/0/padding/0: \"same\" is not an integer"},
      {R"("kernel_size": 3, "padding": [0, 0, "1", 0])",
       "/problems/0/padding/2: \"1\" is not an integer"},
      {R"("kernel_size": 3, "padding_mode": "reflection")",
       "/problems/0/padding_mode: \"reflection\" is not zeros, reflect, replicate or circular"},
      {R"("kernel_size": 3, "padding_mode": 0)",
       "/problems/0/padding_mode: 0 is not zeros, reflect, replicate or circular"},
      {R"("kernel_size": 3, "bias": 1)", "/problems/0/bias: 1 is not true or false"},
      {R"("kernel_size": 3, "bias": "false")", "/problems/0/bias: \"false\" is not true or false"},
      {R"("kernel_size": 3, "bias": null)", "/problems/0/bias: null is not true or false"},
      {R"("kernel_size": 3, "name": 7)", "/problems/0/name: 7 is not a string"},
      {R"("kernel_size": 3, "name": "")", "/problems/0/name: is an empty string"},
      {R"("kernel_size": 3, "count": 0)", "/problems/0/count: 0 is less than 1"},
      {R"("kernel_size": 3, "count": 1.0)", "/problems/0/count: 1.0 is not an integer"},
  });
}

TEST(BadProblem, OwnSettings) {
  expect_all({
      {R"("kernel_size": 3, "direction": "backwards")",
       "/problems/0/direction: \"backwards\" is not forward, backward_data or backward_weights"},
      {R"("kernel_size": 3, "dtype": ["f32", "f16"])",
       "/problems/0/dtype: [\"f32\",\"f16\"] is a list: a problem has one dtype; a list in "
       "'settings' makes a case of each"},
      {R"("kernel_size": 3, "layout": 1)", "/problems/0/layout: 1 is not nchw, nhwc or native"},
  });
}

TEST(BadProblem, Keys) {
  expect_all({
      {R"("kernel_sizes": 3)",
       "/problems/0/kernel_sizes: unknown key 'kernel_sizes'; did you mean 'kernel_size'?"},
      {R"("rounds": 3)",
       "/problems/0/rounds: unknown key 'rounds': it is a key of settings/measure"},
      {R"("kernel": 3)", "/problems/0/kernel: unknown key 'kernel'; did you mean 'kernel_size'?"},
      {R"("kernel_size": 3, "pad": 3)",
       "/problems/0/pad: unknown key 'pad'; did you mean 'padding'?"},
      {R"("kernel_size": 3, "Bias": false)",
       "/problems/0/Bias: unknown key 'Bias'; did you mean 'bias'?"},
      {R"("kernel_size": 3, "padding_mod": 1)",
       "/problems/0/padding_mod: unknown key 'padding_mod'; did you mean 'padding_mode'?"},
      {R"("kernel_size": 3, "a/b~c": 1)",
       "/problems/0/a~1b~0c: unknown key 'a/b~c'; known here: batch, in_channels, out_channels, "
       "height, width, "
       "kernel_size, stride, padding, dilation, groups, bias, padding_mode, name, count, "
       "dtype, layout or direction"},
      {"", "/problems/0: missing 'kernel_size'"},
      {R"("kernel_size": 3, "stride": 1, "stride": 1)",
       "/problems/0/stride: key 'stride' stands twice in one object"},
  });
  const Scratch scratch;
  EXPECT_EQ(scratch.refusal(R"({"problems": [{"kernel_size": 3, "height": 4}]})"),
            "x.json: /problems/0: missing 'in_channels', 'out_channels', 'width'");
  EXPECT_EQ(
      scratch.refusal(R"({"problems": ["n1c1h1w1_o1k1"]})"),
      "x.json: /problems/0: \"n1c1h1w1_o1k1\" is not an object with the keys of torch.nn.Conv2d");
}

TEST(BadProblem, WhatTorchRefuses) {
  expect_all({
      {R"("kernel_size": 3, "groups": 3)", "/problems/0/groups: 3 does not divide in_channels=4"},
      {R"("kernel_size": 3, "groups": 4)", "/problems/0/groups: 4 does not divide out_channels=6"},
      {R"("kernel_size": 3, "groups": 0)", "/problems/0/groups: 0 is less than 1"},
      {R"("kernel_size": 3, "batch": -1)", "/problems/0/batch: -1 is less than 0"},
      {R"("kernel_size": 0)", "/problems/0/kernel_size: 0 is less than 1"},
      {R"("kernel_size": [3, -1])", "/problems/0/kernel_size: -1 is less than 1"},
      {R"("kernel_size": 3, "stride": [2, 0])", "/problems/0/stride: 0 is less than 1"},
      {R"("kernel_size": 1, "dilation": 0)", "/problems/0/dilation: 0 is less than 1"},
      {R"("kernel_size": 3, "padding": -1)", "/problems/0/padding: -1 is less than 0"},
      {R"("kernel_size": 3, "padding": [0, 0, 0, -2], "padding_mode": "circular")",
       "/problems/0/padding: -2 is less than 0"},
      {R"("kernel_size": [9, 3])",
       "/problems/0/kernel_size: 9 with dilation=1 reaches across 9, more than the padded "
       "height=8"},
      {R"("kernel_size": [3, 5], "dilation": [1, 3], "padding": [0, 1])",
       "/problems/0/kernel_size: 5 with dilation=3 reaches across 13, more than the padded "
       "width=11"},
      {R"("kernel_size": 3, "padding": "same", "stride": 2)",
       "/problems/0/padding: needs stride 1, not 2 (padding is \"same\")"},
      {R"("kernel_size": 3, "stride": [1, 2], "padding": "same")",
       "/problems/0/padding: needs stride 1, not [1,2] (padding is \"same\")"},
      {R"("kernel_size": 3, "padding": [8, 0], "padding_mode": "reflect")",
       "/problems/0/padding: 8 with padding_mode=reflect must be less than height=8"},
      {R"("kernel_size": [3, 18], "padding": "same", "padding_mode": "reflect")",
       "/problems/0/padding: 9 with padding_mode=reflect must be less than width=9 (padding is "
       "\"same\")"},
      {R"("kernel_size": 3, "padding": [0, 10], "padding_mode": "circular")",
       "/problems/0/padding: 10 with padding_mode=circular must be at most width=9"},
      {R"("kernel_size": 3, "padding": [1], "padding_mode": "circular")",
       "/problems/0/padding: [1] has one element, which is for padding_mode=zeros only, not "
       "circular"},
      {R"("kernel_size": 3, "stride": [1], "padding_mode": "reflect")",
       "/problems/0/stride: [1] has one element, which is for padding_mode=zeros only, not "
       "reflect"},
      {R"("kernel_size": 3, "padding": 4611686018427387904)",
       "/problems/0/padding: 4611686018427387904 + height=8 + 4611686018427387904 overflows int64"},
      {R"("kernel_size": 3, "dilation": 4611686018427387904, "padding": "same")",
       "/problems/0/dilation: dilation=4611686018427387904 * (kernel_size=3 - 1) overflows int64"},
      {R"("kernel_size": 1, "batch": 1000000000000000000)",
       "/problems/0/in_channels: bytes of the source = 8*1000000000000000000*4*8*9 overflows "
       "int64"},
  });
}

TEST(BadProblem, SizesOfNothing) {
  const Scratch scratch;
  const auto refusal = [&](const std::string& key) {
    auto text = config(R"("kernel_size": 1, "padding": 2)");
    const auto at = text.find("\"" + key + "\": ") + key.size() + 4;
    return scratch.refusal(text.replace(at, 1, "0"));
  };
  for (const auto* key : {"in_channels", "out_channels", "height", "width"})
    EXPECT_EQ(refusal(key), std::string("x.json: /problems/0/") + key + ": 0 is less than 1");
}

}  // namespace
}  // namespace convgauge::config
