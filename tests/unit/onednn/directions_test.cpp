// The three directions of the built plugin, with every algorithm that it lists, compared with their
// definition.
#include <gtest/gtest.h>

#include <set>

#include "life.hpp"

namespace convgauge::onednn_test {
namespace {

constexpr Layout kLayouts[] = {Layout::nchw, Layout::nhwc, Layout::native};

/// Strides, padding on one side, dilation, groups, multipliers, one tap, channels that are no
/// multiple of a vector's width.
constexpr const char* kGeometries[] = {"n2c4h5w6_o6k3s2x1p1x0",
                                       "n2c16h10w10_o32k3p1",
                                       "n1c3h11w13_o8k5s2p2",
                                       "n2c17h9w5_o19k3p1_nobias",
                                       "n2c16h7w7_o24k1",
                                       "n1c16h15w14_o16k1",
                                       "n1c16h8w9_o16k1s2_nobias",
                                       "n1c512h4w4_o24k1",
                                       "n1c24h4w4_o512k1",
                                       "n1c32h9w9_o16k3s2x1p2.0x0.1",
                                       "n1c16h12w12_o16k3p2d2",
                                       "n1c6h9w8_o9k2x3p1.2x0.1d2x1g3",
                                       "n2c32h6w6_o16k3p1g2_nobias",
                                       "n2c8h9w9_o8k3p1g8",
                                       "n1c16h9w9_o16k3s2p1g16_nobias",
                                       "n1c8h9w9_o16k3s2p1g8",
                                       "n1c8h4w4_o8k4",
                                       "n1c2h1w9_o3k1x3p0x1",
                                       "n1c3h5w5_o4k2s9",
                                       "n0c8h5w5_o16k3p1",
                                       "n0c4h5w5_o6k3p1_nobias_reflect",
                                       "n2c8h7w6_o8k3p2x1_reflect",
                                       "n1c9h6w7_o12k3s2p0.3x4.1d2x1g3_nobias_reflect",
                                       "n1c5h3w4_o6k3p5.4x1.6_replicate",
                                       "n2c16h6w6_o16k3p1g16_replicate",
                                       "n1c17h5w6_o16k3p5.1x0.6_nobias_circular",
                                       "n2c8h6w5_o16k3s2p1g8_circular"};

Spec spec_of(const char* text, Layout layout, Direction direction) {
  const auto geometry = parse_problem(text);
  if (!geometry || flaw(*geometry)) throw std::invalid_argument(text);
  auto spec = Spec::of(*geometry, Dtype::f32, layout);
  spec.direction = direction;
  return spec;
}

void compare(const std::vector<float>& got, const std::vector<Sum>& want, double factor) {
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < got.size(); ++i)
    ASSERT_NEAR(got[i], want[i].value, factor * want[i].allowed()) << "element " << i;
}

/// Runs an algorithm twice: the result is compared with `want`, and must be the same again.
void check_one(const Spec& spec, const cvg_settings& settings, const Inputs& inputs,
               const Sums& want, double factor) {
  Life life(spec, settings);
  const auto got = life.run(inputs);
  compare(got.tensor, want.tensor, factor);
  compare(got.bias, want.bias, 1);
  EXPECT_EQ(life.run(inputs), got) << "not the same bits again";
}

/// Checks every algorithm that the plugin lists for a spec.
void check(const Spec& spec, std::int32_t threads = 1) {
  SCOPED_TRACE(short_text(spec.geometry) + " " + std::string(word(spec.layout)) + " " +
               std::string(word(spec.direction)));
  const auto inputs = random_inputs(spec, 1);
  const auto want = definition(spec, inputs);
  const auto algorithms = smoke::algorithms(backend(), to_abi(spec), smoke::settings(threads));
  ASSERT_FALSE(algorithms.empty());
  for (const auto& algorithm : algorithms) {
    SCOPED_TRACE(algorithm.name);
    ASSERT_NO_THROW(check_one(spec, smoke::settings(threads, algorithm.name), inputs, want,
                              // More than the amplification of F(4x4, 3x3).
                              algorithm.algorithm_class == CVG_CLASS_WINOGRAD ? 100 : 1));
  }
}

class Directions : public testing::TestWithParam<Direction> {
 protected:
  void SetUp() override {
    if (!std::getenv("CONVGAUGE_SMOKE_PLUGINS"))
      GTEST_SKIP() << "no plugin is named by CONVGAUGE_SMOKE_PLUGINS";
  }
};

TEST_P(Directions, EveryAlgorithmIsItsDefinition) {
  for (const auto* text : kGeometries)
    for (const auto layout : kLayouts) check(spec_of(text, layout, GetParam()));
}

TEST_P(Directions, AlsoOnRandomProblemsAndInTwoThreads) {
  smoke::Random random(7);
  for (int i = 0; i < 60; ++i) {
    auto spec = Spec::of(smoke::random_geometry(random), Dtype::f32, kLayouts[i % 3]);
    spec.direction = GetParam();
    check(spec, 1 + i % 2);
  }
}

TEST_P(Directions, NamesTellTheDirection) {
  const std::string prefix = GetParam() == Direction::forward         ? "onednn."
                             : GetParam() == Direction::backward_data ? "onednn.bwd_data."
                                                                      : "onednn.bwd_weights.";
  for (const auto layout : kLayouts)
    for (const auto& algorithm :
         smoke::algorithms(backend(), to_abi(spec_of("n1c16h9w9_o16k3p1", layout, GetParam())),
                           smoke::settings())) {
      const std::string name = algorithm.name;
      EXPECT_EQ(name.rfind(prefix, 0), 0u) << name;
      EXPECT_EQ(name.find("bwd") != std::string::npos, GetParam() != Direction::forward) << name;
    }
}

std::string default_of(const char* text, Layout layout, Direction direction) {
  return smoke::algorithms(backend(), to_abi(spec_of(text, layout, direction)), smoke::settings())
      .at(0)
      .name;
}

TEST_P(Directions, TheLoopsAreNoDefaultWhereThereIsAnotherKernel) {
  for (const auto* text : {"n1c64h28w28_o64k3p1", "n1c64h28w28_o64k3s2p1", "n1c64h28w28_o128k1",
                           "n1c32h28w28_o32k3p1g32", "n1c3h32w32_o64k7s2p3"})
    for (const auto layout : kLayouts) {
      if (GetParam() == Direction::forward && layout == Layout::native)
        continue;  // the library's own choice, which this does not check
      const auto name = default_of(text, layout, GetParam());
      EXPECT_EQ(name.find("ref"), std::string::npos) << text << " " << name;
    }
}

TEST_P(Directions, AskForTheirOwnTensorsOnly) {
  const std::set<cvg_role> own =
      GetParam() == Direction::forward
          ? std::set<cvg_role>{CVG_ROLE_SRC, CVG_ROLE_WEIGHTS, CVG_ROLE_BIAS, CVG_ROLE_DST}
      : GetParam() == Direction::backward_data
          ? std::set<cvg_role>{CVG_ROLE_DIFF_SRC, CVG_ROLE_WEIGHTS, CVG_ROLE_DIFF_DST}
          : std::set<cvg_role>{CVG_ROLE_SRC, CVG_ROLE_DIFF_WEIGHTS, CVG_ROLE_DIFF_BIAS,
                               CVG_ROLE_DIFF_DST};
  for (const auto layout : kLayouts) {
    std::set<cvg_role> asked;
    const Life life(spec_of("n1c16h9w9_o16k3p1", layout, GetParam()), smoke::settings());
    for (const auto& r : life.requirements())
      if (r.role != CVG_ROLE_WORKSPACE)
        asked.insert(r.role == CVG_ROLE_PACKED_WEIGHTS ? CVG_ROLE_WEIGHTS : r.role);
    EXPECT_EQ(asked, own) << word(layout);
  }
}

INSTANTIATE_TEST_SUITE_P(All, Directions,
                         testing::Values(Direction::forward, Direction::backward_data,
                                         Direction::backward_weights),
                         [](const auto& direction) { return std::string(word(direction.param)); });

}  // namespace
}  // namespace convgauge::onednn_test
