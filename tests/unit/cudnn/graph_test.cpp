// Every parameter of Conv2d arrives in cuDNN: read back from the serialisation of a plan.
#include <nlohmann/json.hpp>

#include "library.hpp"
#include "specs.hpp"

namespace convgauge::backends::cudnn {
namespace {

using Json = nlohmann::json;
using Four = std::vector<std::int64_t>;
using Two = std::vector<std::int64_t>;

class Graphs : public NeedsCudnn {
 protected:
  /// The first plan of a spec; null where there is none.
  Json plan(const std::string& text, const Ways& ways = {}, bool own_kernels = true) {
    const auto listing =
        list_candidates(opened().table, h200(), spec_of(text, ways), own_kernels, -1);
    EXPECT_FALSE(listing.candidates.empty()) << text << ": " << listing.why_none();
    return listing.candidates.empty() ? Json() : Json::parse(plan_json(listing.candidates.front()));
  }
  static const Json& tensor(const Json& plan, const std::string& name) {
    for (const auto& t : plan.at("operationGraph").at("tensors"))
      if (t.at("name") == name) return t;
    throw std::out_of_range("tensor " + name);
  }
  static const Json& node(const Json& plan, std::size_t index = 0) {
    return plan.at("operationGraph").at("nodes").at(index);
  }
  static Two pair(const Json& plan, const char* key) { return node(plan).at(key).get<Two>(); }
  static Four dims(const Json& plan, std::int64_t uid) {
    return tensor(plan, std::to_string(uid)).at("dim").get<Four>();
  }
  static Four strides(const Json& plan, std::int64_t uid) {
    return tensor(plan, std::to_string(uid)).at("stride").get<Four>();
  }
};

TEST_F(Graphs, Shapes) {
  const auto p = plan("n2c6h9w11_o8k3x2s2x1p1x0d1x2g2_nobias");
  EXPECT_EQ(dims(p, kX), (Four{2, 6, 9, 11}));
  EXPECT_EQ(dims(p, kW), (Four{8, 3, 3, 2}));
  EXPECT_EQ(dims(p, kY), (Four{2, 8, 5, 9}));
  EXPECT_EQ(strides(p, kX), (Four{594, 99, 11, 1}));
}

TEST_F(Graphs, WindowAndGroups) {
  const auto p = plan("n2c6h9w11_o8k3x2s2x1p1x0d1x2g2_nobias");
  EXPECT_EQ(pair(p, "stride"), (Two{2, 1}));
  EXPECT_EQ(pair(p, "dilation"), (Two{1, 2}));
  EXPECT_EQ(pair(p, "pad"), (Two{1, 0}));
  EXPECT_EQ(node(p).at("mode"), "CUDNN_CROSS_CORRELATION");
}

TEST_F(Graphs, AsymmetricPadding) {
  const auto p = plan("n1c4h9w9_o4k3p2.0x0.3_nobias");
  EXPECT_EQ(pair(p, "pad_lower"), (Two{2, 0}));
  EXPECT_EQ(pair(p, "pad_upper"), (Two{0, 3}));
}

TEST_F(Graphs, ChannelsLastForNhwcAndNative) {
  for (const auto layout : {Layout::nhwc, Layout::native}) {
    const auto p = plan("n2c8h9w11_o8k3_nobias", {.layout = layout});
    EXPECT_EQ(strides(p, kX), (Four{792, 1, 88, 8}));
    EXPECT_EQ(strides(p, kW), (Four{72, 1, 24, 8}));
  }
}

TEST_F(Graphs, Types) {
  const auto type = [&](Dtype dtype, std::int64_t uid) -> std::string {
    return tensor(plan("n2c8h9w11_o8k3_bias", {.dtype = dtype}), std::to_string(uid))
        .at("dataType")
        .get<std::string>();
  };
  EXPECT_EQ(type(Dtype::f32, kX), "CUDNN_DATA_FLOAT");
  EXPECT_EQ(type(Dtype::f64, kW), "CUDNN_DATA_DOUBLE");
  EXPECT_EQ(type(Dtype::f16, kY), "CUDNN_DATA_HALF");
  EXPECT_EQ(type(Dtype::bf16, kBias), "CUDNN_DATA_BFLOAT16");
  // The sum is not rounded to the narrow type until the bias is added.
  EXPECT_EQ(type(Dtype::f16, kConvolved), "CUDNN_DATA_FLOAT");
  EXPECT_EQ(type(Dtype::f64, kConvolved), "CUDNN_DATA_DOUBLE");
}

TEST_F(Graphs, BiasIsOneGraphWithTheConvolution) {
  const auto p = plan("n2c8h9w11_o16k3_bias");
  EXPECT_EQ(dims(p, kBias), (Four{1, 16, 1, 1}));
  EXPECT_EQ(node(p, 1).at("pointwiseMode"), "CUDNN_POINTWISE_ADD");
  EXPECT_TRUE(tensor(p, std::to_string(kConvolved)).at("isVirtual").get<bool>());
}

TEST_F(Graphs, WrittenPaddingIsPartOfTheSource) {
  for (const auto* mode : {"reflect", "replicate", "circular"}) {
    const auto p = plan(std::string("n1c4h9w9_o4k3p2x1_nobias_") + mode);
    EXPECT_EQ(dims(p, kX), (Four{1, 4, 13, 11}));
    EXPECT_EQ(pair(p, "pad"), (Two{0, 0}));
    EXPECT_EQ(dims(p, kY), (Four{1, 4, 11, 9}));
  }
}

TEST_F(Graphs, PaddingOfNothingIsNotWritten) {
  EXPECT_EQ(dims(plan("n1c4h9w9_o4k3_nobias_reflect"), kX), (Four{1, 4, 9, 9}));
}

TEST_F(Graphs, BackwardDirections) {
  const auto data = plan("n2c8h9w11_o16k3s2p1_nobias", {.direction = Direction::backward_data});
  EXPECT_EQ(node(data).at("operation"),
            "CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR");
  EXPECT_EQ(dims(data, kX), (Four{2, 8, 9, 11}));
  const auto weights =
      plan("n2c8h9w11_o16k3s2p1_nobias", {.direction = Direction::backward_weights});
  EXPECT_EQ(node(weights).at("operation"),
            "CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR");
}

TEST_F(Graphs, BatchOfNoneIsPlannedAsOne) {
  EXPECT_EQ(dims(plan("n0c4h9w9_o4k3_nobias"), kX), (Four{1, 4, 9, 9}));
}

TEST_F(Graphs, StepsBeyondTheInputAreShortened) {
  EXPECT_EQ(pair(plan("n1c4h9w9_o4k1s4000000000_nobias"), "stride"), (Two{9, 9}));
}

}  // namespace
}  // namespace convgauge::backends::cudnn
