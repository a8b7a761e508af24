// compare(): right answers agree, wrong ones differ, at the bound itself, in every class and type.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <ctime>
#include <limits>

#include "core/layers.hpp"
#include "judge.hpp"
#include "verify/gate.hpp"

namespace convgauge::verify {
namespace {

using testing::fft_algorithm;
using testing::spec_of;
using testing::Sums;
using testing::Tensors;
using testing::Trial;
using testing::winograd_algorithm;

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

TEST(Compare, ThePerfectlyRoundedResultAgrees) {
  for (const auto type : {Dtype::f32, Dtype::f64, Dtype::f16, Dtype::bf16})
    for (const auto fill : {Fill::integer, Fill::normal, Fill::uniform})
      for (const auto layout : {Layout::nchw, Layout::nhwc})
        for (const char* text : {"n2c8h9w7_o8k3p1", "n1c64h5w5_o3k5p2_nobias",
                                 "n1c6h8w8_o12k3s2g6_reflect", "n1c1h3w3_o1k1"}) {
          Trial trial(text, fill, type, layout);
          EXPECT_TRUE(trial.agrees()) << text << " " << word(type) << " " << word(fill);
        }
}

/// What a plain loop in the accumulator's type gives.
std::vector<double> summed_in_float(const Trial& t) {
  const auto& g = t.spec.geometry;
  std::vector<double> out;
  const auto x = t.spec.src_strides(), w = t.spec.weights_strides();
  for (std::int64_t n = 0; n < g.batch; ++n)
    for (std::int64_t o = 0; o < g.out_channels; ++o)
      for (std::int64_t y = 0; y < g.h.output(); ++y)
        for (std::int64_t z = 0; z < g.w.output(); ++z) {
          float sum = 0;
          for (std::int64_t c = 0; c < g.group_inputs(); ++c)
            for (std::int64_t k = 0; k < g.h.kernel; ++k)
              for (std::int64_t l = 0; l < g.w.kernel; ++l) {
                const auto ih = g.h.source(y, k), iw = g.w.source(z, l);
                if (ih < 0 || iw < 0 || ih >= g.h.input || iw >= g.w.input) continue;
                const auto channel = o / g.group_outputs() * g.group_inputs() + c;
                sum += static_cast<float>(load(t.spec.src_type, t.tensors.src.data(),
                                               n * x[0] + channel * x[1] + ih * x[2] + iw * x[3])) *
                       static_cast<float>(load(t.spec.weights_type, t.tensors.weights.data(),
                                               o * w[0] + c * w[1] + k * w[2] + l * w[3]));
              }
          out.push_back(
              g.bias ? sum + static_cast<float>(load(t.spec.dst_type, t.tensors.bias.data(), o))
                     : sum);
        }
  return out;
}

TEST(Compare, AnHonestFloatLoopAgreesBitForBitOnIntegers) {
  for (const auto type : {Dtype::f32, Dtype::f16, Dtype::bf16})
    for (const char* text :
         {"n1c128h9w9_o8k3p1", "n2c3h20w20_o4k7s2p3", "n1c8h8w8_o8k3p1g8", "n1c600h3w3_o8k3p1"})
      for (const auto fill : {Fill::integer, Fill::normal, Fill::uniform}) {
        Trial trial(text, fill, type);
        trial.answer(summed_in_float(trial));
        EXPECT_TRUE(trial.agrees()) << text << " " << word(type) << " " << word(fill);
      }
}

/// No false alarm on whatever is legal.
TEST(Compare, AnHonestFloatLoopAgreesOnRandomProblems) {
  std::mt19937 random(5);
  for (int i = 0; i < 2000; ++i) {
    auto g = testing::random_geometry(random);
    g.padding_mode = PaddingMode::zeros;
    const auto type =
        std::array{Dtype::f32, Dtype::f16, Dtype::bf16}[static_cast<std::size_t>(i % 3)];
    Trial trial(short_text(g).c_str(), static_cast<Fill>(i / 3 % 3), type,
                i % 2 ? Layout::nhwc : Layout::nchw);
    trial.answer(summed_in_float(trial));
    EXPECT_TRUE(trial.agrees()) << short_text(g) << " " << word(type) << " " << word(trial.fill);
  }
}

TEST(Compare, AUnitInTheLastPlaceIsTooMuchForIntegers) {
  Trial trial("n1c16h8w8_o16k3p1", Fill::integer);
  trial.set(77, std::nextafter(static_cast<float>(trial.at(77)), 1e9f));
  const auto verdict = trial.judged();
  ASSERT_TRUE(std::holds_alternative<Differs>(verdict));
  const auto& differs = std::get<Differs>(verdict);
  EXPECT_EQ(differs.count, 1);
  EXPECT_EQ(differs.of, 1024);
  EXPECT_EQ(differs.oracle, Oracle{"integer"});
  EXPECT_EQ(differs.first.at, (std::array<std::int64_t, 4>{0, 1, 1, 5}));
  EXPECT_EQ(differs.where, "one output: output channel 1, row 1, column 5");
}

/// f64 outputs of an f32 accumulator can hold the bound itself.
void expect_sharp(const Algorithm& algorithm) {
  Trial trial("n1c4h6w6_o4k3p1", Fill::uniform);
  trial.spec.dst_type = Dtype::f64;
  trial.algorithm = algorithm;
  trial.got = Buffer(trial.spec.dst_bytes());
  trial.tensors = Tensors(trial.spec, Fill::uniform);
  trial.recompute();
  const auto allowed = trial.allowed();
  for (const std::int64_t i : {0, 17, 143})
    for (const double sign : {1.0, -1.0}) {
      const auto k = static_cast<std::size_t>(i);
      ASSERT_GT(allowed[k], 0);
      trial.answer(trial.sums.want);
      trial.set(i, trial.sums.want[k] + sign * 0.999 * allowed[k]);
      EXPECT_TRUE(trial.agrees()) << word(algorithm.algorithm_class) << i;
      trial.set(i, trial.sums.want[k] + sign * 1.001 * allowed[k]);
      EXPECT_FALSE(trial.agrees()) << word(algorithm.algorithm_class) << i;
    }
}

TEST(Compare, TheBoundIsSharpInEveryClass) {
  expect_sharp(Algorithm{});
  expect_sharp({.name = "gemm", .algorithm_class = AlgorithmClass::gemm});
  expect_sharp(winograd_algorithm(2));
  expect_sharp(winograd_algorithm(4));
  expect_sharp(fft_algorithm(16));
}

TEST(Compare, TheDirectBoundIsTheOneOfTheBook) {
  Trial trial("n1c512h5w5_o2k3p1_nobias", Fill::normal);
  const double u = 0x1p-24, n = 4609;
  const auto allowed = trial.allowed();
  for (std::size_t i = 0; i < allowed.size(); ++i) {
    EXPECT_LT(allowed[i],
              (8 * std::sqrt(n) + 4) * u * trial.sums.magnitude[i] * (1 + 1e-6) + 1e-38);
    EXPECT_GT(allowed[i], (8 * std::sqrt(n) + 4) * u * trial.sums.magnitude[i] * (1 - 1e-6));
  }
}

TEST(Compare, AWrongPaddingDiffers) {
  for (const auto type : {Dtype::f32, Dtype::f16, Dtype::bf16})
    for (const auto fill : {Fill::integer, Fill::normal}) {
      Trial trial("n1c8h8w8_o8k3p1_reflect", fill, type);
      const auto zeros = spec_of("n1c8h8w8_o8k3p1", type);
      Sums wrong(zeros);
      reference_slow(zeros, trial.tensors.inputs(), wrong.out());
      trial.answer(wrong.want);
      const auto verdict = trial.judged();
      ASSERT_TRUE(std::holds_alternative<Differs>(verdict));
      EXPECT_NE(std::get<Differs>(verdict).where.find("border"), std::string::npos)
          << std::get<Differs>(verdict).where;
      trial.algorithm = winograd_algorithm(4);
      EXPECT_FALSE(trial.agrees()) << "nor does the bound of F(4,3) forgive it";
      trial.algorithm = fft_algorithm(16);
      EXPECT_FALSE(trial.agrees());
    }
}

TEST(Compare, TruncatedFactorsNeedTheirMathMode) {
  Trial trial("n1c16h8w8_o16k3p1", Fill::normal);
  auto cut = trial.tensors.src.bytes() / 4;
  Buffer kept(trial.spec.src_bytes());
  std::memcpy(kept.data(), trial.tensors.src.data(), kept.bytes());
  for (std::size_t i = 0; i < cut; ++i) trial.tensors.src.as<std::uint32_t>()[i] &= 0xffffe000;
  const auto truncated = testing::slow_sums(trial.spec, trial.tensors).want;
  std::memcpy(trial.tensors.src.data(), kept.data(), kept.bytes());
  trial.answer(truncated);
  EXPECT_FALSE(trial.agrees());
  trial.spec.math = MathMode::tf32;
  EXPECT_TRUE(trial.agrees());
  trial.spec.math = MathMode::reduced;
  EXPECT_TRUE(trial.agrees());
}

TEST(Compare, SubnormalsAreFlushedOnlyByThoseWhoSaySo) {
  Trial trial("n1c4h6w6_o4k3p1_nobias", Fill::normal);
  for (std::size_t i = 0; i < trial.tensors.src.bytes() / 4; ++i)
    trial.tensors.src.as<float>()[i] *= 0x1p-130f;
  trial.recompute();
  trial.answer(trial.sums.want);
  EXPECT_TRUE(trial.agrees());
  trial.answer(std::vector<double>(trial.sums.want.size(), 0.0));
  EXPECT_FALSE(trial.agrees());
  trial.algorithm.flushes_subnormals = true;
  EXPECT_TRUE(trial.agrees());
  trial.set(3, 1e-30);
  EXPECT_FALSE(trial.agrees());
}

TEST(Compare, NonFiniteWhereFiniteIsWantedDiffers) {
  for (const float special : {kInf, -kInf, kNaN})
    for (const auto& algorithm : {Algorithm{}, winograd_algorithm(2), fft_algorithm(16)}) {
      Trial trial("n1c4h6w6_o4k3p1", Fill::normal);
      trial.algorithm = algorithm;
      trial.set(9, special);
      EXPECT_FALSE(trial.agrees());
    }
}

TEST(Compare, InfinitiesAgreeWithThemselvesOnly) {
  Trial trial("n1c1h7w7_o1k3_nobias", Fill::normal);
  trial.tensors.src.as<float>()[24] = kInf;
  trial.recompute();
  trial.answer(trial.sums.want);
  EXPECT_TRUE(trial.agrees());
  trial.set(12, -trial.at(12));
  EXPECT_FALSE(trial.agrees());
  trial.set(12, 1);
  EXPECT_FALSE(trial.agrees());
}

TEST(Compare, OverflowOfTheOutputTypeIsInfinity) {
  Trial trial("n1c4h4w4_o4k3p1", Fill::normal, Dtype::f16);
  for (std::int64_t i = 0; i < 64; ++i)
    store(Dtype::f16, trial.tensors.src.data(), i, 60000.0 + static_cast<double>(i));
  for (std::int64_t i = 0; i < 144; ++i) store(Dtype::f16, trial.tensors.weights.data(), i, 3);
  trial.recompute();
  trial.answer(trial.sums.want);
  EXPECT_EQ(trial.at(5), HUGE_VAL);
  EXPECT_TRUE(trial.agrees());
  trial.set(5, -HUGE_VAL);
  EXPECT_FALSE(trial.agrees());
}

TEST(Compare, PaddingThatIsNoTapAgreesWithANote) {
  Trial trial("n1c1h4w4_o1k3p1_nobias", Fill::normal);
  trial.tensors.weights.as<float>()[0] = kInf;
  trial.recompute();
  ASSERT_TRUE(std::isnan(trial.sums.want[0]));
  auto skipping = trial.sums.want;
  const auto as_zero = [&] {
    auto spared = Tensors(trial.spec, Fill::normal);
    spared.weights.as<float>()[0] = 0;
    return testing::slow_sums(trial.spec, spared).want;
  }();
  for (std::size_t i = 0; i < skipping.size(); ++i)
    if (std::isnan(skipping[i])) skipping[i] = as_zero[i];
  trial.answer(skipping);
  const auto verdict = trial.judged();
  ASSERT_TRUE(std::holds_alternative<Agrees>(verdict));
  EXPECT_EQ(std::get<Agrees>(verdict).notes, (std::vector<std::string>{"padding_is_no_tap"}));
  trial.set(0, as_zero[0] + 1);
  EXPECT_FALSE(trial.agrees());
  trial.answer(skipping);
  trial.set(10, kNaN);
  EXPECT_FALSE(trial.agrees()) << "an interior output is infinite, not NaN";
}

TEST(Compare, LostNanAgreesOnlyWhereItIsDeclared) {
  Trial trial("n1c1h5w5_o1k3p1_nobias", Fill::normal);
  trial.tensors.src.as<float>()[0] = kNaN;
  trial.tensors.src.as<float>()[24] = kInf;
  trial.recompute();
  ASSERT_TRUE(std::isnan(trial.sums.want[0]));
  ASSERT_TRUE(std::isinf(trial.sums.want[18]));
  trial.answer(trial.sums.want);
  trial.set(0, 7);
  EXPECT_FALSE(trial.agrees());
  trial.algorithm.ignores_nan = true;
  const auto verdict = trial.judged();
  ASSERT_TRUE(std::holds_alternative<Agrees>(verdict));
  EXPECT_EQ(std::get<Agrees>(verdict).notes, (std::vector<std::string>{"nan_ignored"}));
  trial.set(0, -kInf);
  EXPECT_TRUE(trial.agrees());
  trial.set(4, kNaN);
  EXPECT_FALSE(trial.agrees()) << "a NaN where there should be a number";
  trial.answer(trial.sums.want);
  trial.set(18, 7);
  EXPECT_FALSE(trial.agrees()) << "infinities are no exception";
}

TEST(Compare, TilesSpreadNonFiniteValuesTheirOwnReachOnly) {
  Trial trial("n1c2h20w20_o2k3p1", Fill::normal);
  trial.tensors.src.as<float>()[0] = kNaN;
  trial.recompute();
  trial.answer(trial.sums.want);
  trial.algorithm = winograd_algorithm(4);
  trial.set(2 * 20 + 3, kNaN);
  const auto verdict = trial.judged();
  ASSERT_TRUE(std::holds_alternative<Agrees>(verdict));
  EXPECT_EQ(std::get<Agrees>(verdict).notes, (std::vector<std::string>{"nonfinite_spread"}));
  trial.set(2 * 20 + 12, kNaN);
  EXPECT_FALSE(trial.agrees()) << "twelve columns off: another tile";
}

TEST(Compare, ASystematicallySloppyKernelFailsTheGate) {
  Trial trial("n1c64h12w12_o32k3p1", Fill::normal);
  auto sloppy = trial.sums.want;
  const auto allowed = trial.allowed();
  for (std::size_t i = 0; i < sloppy.size(); ++i) sloppy[i] += 0.2 * allowed[i];
  trial.answer(sloppy);
  const auto verdict = trial.judged();
  ASSERT_TRUE(std::holds_alternative<Differs>(verdict));
  EXPECT_EQ(std::get<Differs>(verdict).oracle, Oracle{"relative_l2"});
  trial.fill = Fill::uniform;
  EXPECT_TRUE(trial.agrees()) << "each output alone is within its bound";
}

TEST(Gate, KnowsTheMeasuredErrors) {
  Trial direct("n1c512h4w4_o1k3", Fill::normal);
  const auto expected = [&](const Algorithm& a) {
    direct.algorithm = a;
    return expected_relative_l2(direct.evidence());
  };
  EXPECT_NEAR(expected({}), 1.2e-6, 0.1e-6);
  EXPECT_NEAR(expected(winograd_algorithm(2)), 1.2e-6, 0.1e-6) << "as lenient as the direct sum";
  EXPECT_NEAR(expected(winograd_algorithm(4)), 5.7e-6, 0.1e-6);
  EXPECT_NEAR(expected(winograd_algorithm(6)), 1.09e-5, 0.1e-6);
  EXPECT_NEAR(expected(fft_algorithm(16)), 6e-7, 1e-7);
}

TEST(RelativeL2, IsTheRatioOfNorms) {
  Trial trial("n1c1h1w2_o1k1_nobias", Fill::normal);
  trial.sums.want = {3, 4};
  trial.answer({3, 4.5});
  EXPECT_DOUBLE_EQ(relative_l2(trial.evidence()), 0.1);
  trial.sums.want = {0, 0};
  trial.answer({0, 0});
  EXPECT_EQ(relative_l2(trial.evidence()), 0);
}

TEST(Compare, BatchZeroAgrees) {
  Trial trial("n0c2h4w4_o2k3", Fill::normal);
  EXPECT_TRUE(trial.agrees());
}

/// 64x224x224 outputs: a few ms of processor time; here many times that, for any processor and for
/// sanitizers.
TEST(Compare, IsFast) {
  Trial trial("n1c1h224w224_o64k1", Fill::normal);
  double best_s = 1e9;
  for (int i = 0; i < 3; ++i) {
    const auto begin = std::clock();
    EXPECT_TRUE(trial.agrees());
    best_s = std::min(best_s, static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
  }
  RecordProperty("compare_us", static_cast<int>(best_s * 1e6));
  EXPECT_LT(best_s, 0.3);
}

}  // namespace
}  // namespace convgauge::verify
