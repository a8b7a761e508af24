// The fast reference is the slow one, bit for bit: every parameter, type, layout, instruction set
// and thread count.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/convert.hpp"
#include "core/layers.hpp"
#include "problem_data.hpp"
#include "reference/kernel.hpp"

namespace convgauge::reference {
namespace {

using testing::name_of;
using testing::random_geometry;
using testing::same_bits;
using testing::slow_sums;
using testing::spec_of;
using testing::Sums;
using testing::Tensors;

void expect_equal(const Kernel& kernel, const Spec& spec, const Tensors& tensors, const Sums& slow,
                  int threads) {
  Sums fast(spec);
  reference_fast_with(kernel, spec, tensors.inputs(), fast.out(), threads);
  const bool fused_differently = spec.src_type == Dtype::f64;
  if (!fused_differently) {
    EXPECT_TRUE(same_bits(slow.want, fast.want))
        << kernel.name << " " << threads << " " << name_of(spec);
    EXPECT_TRUE(same_bits(slow.magnitude, fast.magnitude))
        << kernel.name << " " << threads << " " << name_of(spec);
    return;
  }
  const double bound = static_cast<double>(spec.geometry.terms() + 1) * 0x1p-52;
  for (std::size_t i = 0; i < slow.want.size(); ++i) {
    EXPECT_LE(std::fabs(slow.want[i] - fast.want[i]), bound * slow.magnitude[i]) << name_of(spec);
    EXPECT_LE(std::fabs(slow.magnitude[i] - fast.magnitude[i]), bound * slow.magnitude[i])
        << name_of(spec);
  }
}

class EveryKernel : public ::testing::TestWithParam<const Kernel*> {
 protected:
  void SetUp() override {
    if (!GetParam()->runs_here()) GTEST_SKIP() << "this processor has no " << GetParam()->name;
  }
};

INSTANTIATE_TEST_SUITE_P(Fast, EveryKernel, ::testing::ValuesIn(kernels().begin(), kernels().end()),
                         [](const auto& test) { return std::string(test.param->name); });

TEST_P(EveryKernel, EqualsTheDefinitionOnRandomProblems) {
  std::mt19937 random(20);
  for (int i = 0; i < 800; ++i) {
    const auto type = static_cast<Dtype>(i % 4);
    const auto layout = i / 4 % 2 ? Layout::nhwc : Layout::nchw;
    const auto spec = Spec::of(random_geometry(random), type, layout);
    const Tensors tensors(spec, static_cast<Fill>(i % 3), static_cast<std::uint64_t>(i));
    expect_equal(*GetParam(), spec, tensors, slow_sums(spec, tensors), 1 + i % 3);
  }
}

/// Large enough for several chunks of taps, ragged panels and blocks, and real threads.
TEST_P(EveryKernel, EqualsTheDefinitionOnLargerProblems) {
  for (const char* text :
       {"n1c64h14w14_o37k3p1", "n3c70h7w7_o21k3s2p1", "n1c3h40w41_o16k7s2p3",
        "n2c96h11w13_o96k3p1g96", "n1c64h13w9_o64k5p2d2g4_reflect", "n5c300h1w1_o130k1_nobias",
        "n1c1h1w1_o200k3p1_replicate", "n1c24h20w20_o48k3p2.1x0.3g24_circular", "n2c33h30w30_o5k1"})
    for (const int threads : {1, 2, 3, 7}) {
      const auto spec = spec_of(text, threads == 2 ? Dtype::bf16 : Dtype::f32,
                                threads == 3 ? Layout::nhwc : Layout::nchw);
      const Tensors tensors(spec);
      expect_equal(*GetParam(), spec, tensors, slow_sums(spec, tensors), threads);
    }
}

TEST_P(EveryKernel, InfinitiesAndPaddingGiveTheSameNaN) {
  for (const char* text : {"n1c2h5w30_o3k3p1", "n1c2h5w5_o3k3p2_replicate"}) {
    const auto spec = spec_of(text);
    Tensors tensors(spec);
    tensors.weights.as<float>()[4] = std::numeric_limits<float>::infinity();
    tensors.weights.as<float>()[19] = std::numeric_limits<float>::quiet_NaN();
    tensors.src.as<float>()[3] = -std::numeric_limits<float>::infinity();
    tensors.weights.as<float>()[40] = 0;
    expect_equal(*GetParam(), spec, tensors, slow_sums(spec, tensors), 2);
  }
}

TEST_P(EveryKernel, EitherResultMayBeLeftOut) {
  const auto spec = spec_of("n1c8h9w9_o9k3p1");
  const Tensors tensors(spec);
  const auto slow = slow_sums(spec, tensors);
  Sums fast(spec);
  reference_fast_with(*GetParam(), spec, tensors.inputs(), {fast.want.data(), nullptr}, 1);
  reference_fast_with(*GetParam(), spec, tensors.inputs(), {nullptr, fast.magnitude.data()}, 1);
  EXPECT_EQ(slow.want, fast.want);
  EXPECT_EQ(slow.magnitude, fast.magnitude);
}

/// Legal, and ruinous for whoever makes the padding explicit.
TEST(Fast, HugePaddingAndStrideCostNothing) {
  const auto spec = spec_of("n1c2h3w3_o2k2s1048576p1048576_replicate");
  ASSERT_FALSE(flaw(spec.geometry));
  const Tensors tensors(spec);
  const auto slow = slow_sums(spec, tensors);
  Sums fast(spec);
  reference_fast(spec, tensors.inputs(), fast.out(), 2);
  EXPECT_EQ(slow.want, fast.want);
}

}  // namespace
}  // namespace convgauge::reference
