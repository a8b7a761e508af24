// Kernels that round their factors to fewer bits are right in the math modes that allow it, on
// subnormal factors too; kernels that lose those are not.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "judge.hpp"
#include "verify/diagnose.hpp"

namespace convgauge::verify::testing {
namespace {

constexpr const char* kProblem = "n2c8h10w9_o8k3p1_nobias";

/// `x` as a sum of numbers of `bits` significant bits and the exponents of f32, in `pieces`.
std::vector<double> split(double x, int bits, int pieces) {
  std::vector<double> parts;
  for (int i = 0; i < pieces; ++i) {
    const int exponent = x == 0 ? -126 : std::max(std::ilogb(x), -126);
    const double step = std::ldexp(1.0, exponent - bits + 1);
    parts.push_back(std::nearbyint(x / step) * step);
    x -= parts.back();
  }
  return parts;
}

using Product = std::function<double(double weight, double value)>;

double product_of_pieces(double w, double x, int bits, int pieces) {
  const auto a = split(w, bits, pieces), b = split(x, bits, pieces);
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = 0; i + j < a.size(); ++j) sum += a[i] * b[j];
  return sum;
}

/// A loop over the taps, whose sum is rounded to f32 after every product.
void compute(Trial& t, const Product& product) {
  const auto& g = t.spec.geometry;
  std::vector<double> all;
  const auto inputs = t.tensors.inputs();
  for (std::int64_t n = 0; n < g.batch; ++n)
    for (std::int64_t o = 0; o < g.out_channels; ++o)
      for (std::int64_t y = 0; y < g.h.output(); ++y)
        for (std::int64_t x = 0; x < g.w.output(); ++x) {
          float sum = 0;
          for (std::int64_t c = 0; c < g.in_channels; ++c)
            for (std::int64_t kh = 0; kh < g.h.kernel; ++kh)
              for (std::int64_t kw = 0; kw < g.w.kernel; ++kw) {
                const auto ih = g.h.source(y, kh), iw = g.w.source(x, kw);
                if (ih < 0 || iw < 0 || ih >= g.h.input || iw >= g.w.input) continue;
                const auto value =
                    load(Dtype::f32, inputs.src,
                         ((n * g.in_channels + c) * g.h.input + ih) * g.w.input + iw);
                const auto weight =
                    load(Dtype::f32, inputs.weights,
                         ((o * g.in_channels + c) * g.h.kernel + kh) * g.w.kernel + kw);
                sum += static_cast<float>(product(weight, value));
              }
          all.push_back(sum);
        }
  t.answer(all);
}

Trial trial(MathMode math, Fill fill) {
  Trial t(kProblem, fill);
  t.spec.math = math;
  return t;
}

constexpr Fill kFills[] = {Fill::normal, Fill::range, Fill::spike, Fill::subnormal};

TEST(ReducedFactors, OfTenBitsAgreeInTf32) {
  for (const auto fill : kFills) {
    auto t = trial(MathMode::tf32, fill);
    compute(t, [](double w, double x) { return product_of_pieces(w, x, 11, 1); });
    EXPECT_TRUE(t.agrees()) << word(fill);
  }
}

TEST(ReducedFactors, OfThreePiecesOfBf16AgreeInTf32AndReduced) {
  for (const auto math : {MathMode::tf32, MathMode::reduced})
    for (const auto fill : kFills) {
      auto t = trial(math, fill);
      compute(t, [](double w, double x) { return product_of_pieces(w, x, 8, 3); });
      EXPECT_TRUE(t.agrees()) << word(math) << ' ' << word(fill);
    }
}

TEST(ReducedFactors, OfBf16AgreeInReduced) {
  for (const auto fill : kFills) {
    auto t = trial(MathMode::reduced, fill);
    compute(t, [](double w, double x) { return product_of_pieces(w, x, 8, 1); });
    EXPECT_TRUE(t.agrees()) << word(fill);
  }
}

double flushed(double x) {
  return std::fabs(x) < 0x1p-126 ? 0 : x;
}

TEST(ReducedFactors, ThatFlushSubnormalsDifferAndTheDiagnosisSaysSo) {
  for (const auto math : {MathMode::strict, MathMode::tf32, MathMode::reduced}) {
    auto t = trial(math, Fill::subnormal);
    compute(t, [](double w, double x) { return flushed(flushed(w) * flushed(x)); });
    ASSERT_FALSE(t.agrees()) << word(math);
    const auto found = diagnose(t.evidence());
    ASSERT_EQ(found.misreadings.size(), 1u) << word(math);
    EXPECT_NE(found.misreadings[0].name.find("declare flushes_subnormals"), std::string::npos);
    t.algorithm.flushes_subnormals = true;
    EXPECT_TRUE(t.agrees()) << word(math);
  }
}

TEST(ReducedFactors, WithALostTapDifferOnSubnormals) {
  for (const auto math : {MathMode::tf32, MathMode::reduced}) {
    auto t = trial(math, Fill::subnormal);
    int count = 0;
    compute(t, [&](double w, double x) { return count++ % 7 ? w * x : 0; });
    EXPECT_FALSE(t.agrees()) << word(math);
  }
}

/// A result that is wrong without a zero in it is no flushing, though the bound would allow it.
TEST(Flushing, IsNotNamedWhereAMisreadParameterExplainsSubnormalResults) {
  Trial t(kProblem, Fill::subnormal);
  compute(t, [](double w, double x) { return w * x * 0.5; });
  for (const auto& misreading : diagnose(t.evidence()).misreadings)
    EXPECT_EQ(misreading.name.find("flush"), std::string::npos);
}

}  // namespace
}  // namespace convgauge::verify::testing
