// From layers to a suite, and to the text of a config.
#include "import/merge.hpp"

#include <gtest/gtest.h>

#include "core/layers.hpp"
#include "core/problem_text.hpp"

namespace convgauge::import {
namespace {

Problem layer(const char* name, const char* text, Direction direction = Direction::forward) {
  Problem p;
  p.name = name;
  p.geometry = *parse_problem(text);
  p.own = {Dtype::bf16, {}, direction};
  return p;
}

TEST(Merge, EqualProblemsAreOneWithACount) {
  Merge merge;
  merge.add(layer("b", "n1c1h4w4_o1k1"));
  merge.add(layer("a", "n1c2h4w4_o1k1"));
  merge.add(layer("c", "n1c1h4w4_o1k1"));
  merge.add(layer("", "n1c1h4w4_o1k1"));
  const auto done = merge.finish("net", "a model");
  ASSERT_EQ(done.suite.problems.size(), 2u);
  EXPECT_EQ(done.layers, 4);
  EXPECT_EQ(done.suite.problems[0].name, "b") << "the order of the network, the first name";
  EXPECT_EQ(done.suite.problems[0].count, 3);
  EXPECT_EQ(done.notes.problems, (std::vector<std::string>{"also c", ""}));
}

TEST(Merge, WhatAllShareIsASettingAndTheRestIsTheirOwn) {
  Merge merge;
  merge.add(layer("conv", "n1c1h4w4_o1k1"));
  merge.add(layer("up", "n1c1h4w4_o1k1", Direction::backward_data));
  const auto done = merge.finish("net", "");
  EXPECT_EQ(done.suite.settings.dtype, std::vector{Dtype::bf16});
  EXPECT_EQ(done.suite.problems[0].own, (OwnSettings{{}, {}, Direction::forward}));
  EXPECT_EQ(done.suite.problems[1].own, (OwnSettings{{}, {}, Direction::backward_data}));
}

TEST(Merge, EveryNameIsThereOnce) {
  Merge merge;
  merge.add(layer("a", "n1c1h4w4_o1k1"));
  merge.add(layer("a", "n1c1h4w4_o1k1", Direction::backward_data));
  merge.add(layer("a", "n1c2h4w4_o1k1"));
  merge.add(layer("a", "n1c3h4w4_o1k1"));
  merge.add(layer("\n\x01", "n1c4h4w4_o1k1"));
  std::vector<std::string> names;
  for (const auto& p : merge.finish("net", "").suite.problems) names.push_back(p.name);
  EXPECT_EQ(names, (std::vector<std::string>{"a", "a backward_data", "a forward", "a #2",
                                             "n1c4h4w4_o1k1 forward"}));
}

TEST(Merge, SkippedThingsAreCountedByReason) {
  Merge merge;
  merge.skip("reorder", "not a convolution");
  merge.skip("matmul", "not a convolution", 2);
  merge.skip("reorder", "not a convolution", 3);
  EXPECT_EQ(merge.skipped_text(), "4 reorder (not a convolution), 2 matmul (not a convolution)");
}

TEST(LayerList, IsReadFromJson) {
  const auto list = read_layer_list(
      R"({"source": "m.onnx, opset 13", "layers": [{"name": "", "problem": {"in_channels": 3,
      "out_channels": 4, "height": 8, "width": 8, "kernel_size": [3, 3], "padding": "same"},
      "direction": "backward_data", "dtype": "f16"}],
      "skipped": [{"what": "QLinearConv", "why": "w", "count": 2}]})",
      "x");
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_EQ(list->source, "m.onnx, opset 13");
  ASSERT_EQ(list->layers.size(), 1u);
  EXPECT_EQ(short_text(list->layers[0].geometry), "n1c3h8w8_o4k3p1");
  EXPECT_EQ(list->layers[0].own, (OwnSettings{Dtype::f16, {}, Direction::backward_data}));
  EXPECT_EQ(list->skipped, (std::vector<Skipped>{{"QLinearConv", "w", 2}}));
}

TEST(LayerList, ErrorsNameThePlace) {
  const auto refusal = [](const char* text) {
    const auto list = read_layer_list(text, "x");
    return list ? "" : list.error().message;
  };
  EXPECT_EQ(refusal(R"({"layers": [{"name": "a"}]})"), "x: /layers/0: missing 'problem'");
  EXPECT_EQ(refusal(R"({"layers": [{"problem": {"in_channels": 0, "out_channels": 1, "height": 1,
                    "width": 1, "kernel_size": 1}}]})"),
            "x: /layers/0/problem/in_channels: 0 is less than 1");
  EXPECT_EQ(refusal(R"({"layers": 3})"), "x: /layers: 3 is not a list");
  EXPECT_NE(refusal("{"), "");
}

}  // namespace
}  // namespace convgauge::import
