// The fills: the same in every layout, exact where they promise it, of the distribution they
// promise, forever.
#include "core/fill.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <vector>

#include "core/convert.hpp"
#include "core/problem_text.hpp"

namespace convgauge {
namespace {

using FillTensor = void (*)(const Spec&, Fill, std::uint64_t, void*);

Spec spec_of(const char* text, Dtype type = Dtype::f32, Layout layout = Layout::nchw) {
  return Spec::of(parse_problem(text).value(), type, layout);
}

std::vector<double> values(FillTensor fill, const Spec& spec, Fill kind, Shape shape, Dtype type,
                           std::uint64_t seed = 1) {
  const auto count = elements(shape);
  std::vector<double> raw(static_cast<std::size_t>(count)), out(raw.size());
  fill(spec, kind, seed, raw.data());
  load_line(type, raw.data(), 0, 1, count, out.data());
  return out;
}

std::vector<double> src(const Spec& spec, Fill kind, std::uint64_t seed = 1) {
  return values(fill_src, spec, kind, spec.geometry.src_shape(), spec.src_type, seed);
}

std::vector<double> weights(const Spec& spec, Fill kind) {
  return values(fill_weights, spec, kind, spec.geometry.weights_shape(), spec.weights_type);
}

std::vector<double> bias(const Spec& spec, Fill kind) {
  return values(fill_bias, spec, kind, {1, 1, 1, spec.geometry.out_channels}, spec.dst_type);
}

double largest_of(const std::vector<double>& all) {
  double most = 0;
  for (const double x : all) most = std::max(most, std::fabs(x));
  return most;
}

TEST(Convert, LinesAgreeWithSingleElements) {
  std::vector<double> probes;
  for (int e = -160; e <= 160; ++e)
    for (const double f : {1.0, 1.001, 1.00390625, 1.01171875, 1.5, 1.99951171875, 1.9999999,
                           1 + 0x1p-11, 1 + 0x1p-30})
      for (const double s : {1.0, -1.0}) probes.push_back(s * std::ldexp(f, e));
  for (const double x : {0.0, -0.0, 65504.0, 65519.9, 65520.0, 1e300, 0x1p-1074, double(INFINITY),
                         double(-INFINITY)})
    probes.push_back(x);
  const auto count = static_cast<std::int64_t>(probes.size());
  for (const auto type : {Dtype::f32, Dtype::f64, Dtype::f16, Dtype::bf16}) {
    std::vector<double> line(probes.size()), single(probes.size());
    store_line(type, line.data(), 0, 1, count, probes.data());
    for (std::int64_t i = 0; i < count; ++i) {
      store(type, single.data(), 0, probes[static_cast<std::size_t>(i)]);
      EXPECT_EQ(std::memcmp(single.data(),
                            reinterpret_cast<char*>(line.data()) + i * std::int64_t(size_of(type)),
                            size_of(type)),
                0)
          << word(type) << " " << probes[static_cast<std::size_t>(i)];
    }
  }
}

TEST(Convert, LoadsEveryNarrowValue) {
  std::vector<std::uint16_t> bits(0x10000);
  for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = static_cast<std::uint16_t>(i);
  std::vector<double> line(bits.size());
  for (const auto type : {Dtype::f16, Dtype::bf16}) {
    load_line(type, bits.data(), 0, 1, 0x10000, line.data());
    for (std::int64_t i = 0; i < 0x10000; ++i) {
      const double one = load(type, bits.data(), i), many = line[static_cast<std::size_t>(i)];
      EXPECT_TRUE(std::isnan(one) ? std::isnan(many)
                                  : one == many && std::signbit(one) == std::signbit(many))
          << i;
    }
    load_line(type, bits.data(), 3, 5, 100, line.data());
    EXPECT_EQ(line[7], load(type, bits.data(), 38));
  }
}

TEST(Fill, IsTheSameInEveryLayout) {
  const auto planes = spec_of("n2c5h7w600_o3k3"),
             pixels = spec_of("n2c5h7w600_o3k3", Dtype::f32, Layout::nhwc);
  for (const auto kind : {Fill::integer, Fill::normal, Fill::uniform}) {
    const auto a = src(planes, kind), b = src(pixels, kind);
    const auto from = planes.src_strides(), to = pixels.src_strides();
    for (std::int64_t n = 0; n < 2; ++n)
      for (std::int64_t c = 0; c < 5; ++c)
        for (std::int64_t h = 0; h < 7; ++h)
          for (std::int64_t w = 0; w < 600; ++w)
            ASSERT_EQ(a[static_cast<std::size_t>(n * from[0] + c * from[1] + h * from[2] + w)],
                      b[static_cast<std::size_t>(n * to[0] + c + h * to[2] + w * to[3])]);
  }
}

/// Written down when the generator was made. A change of these bits needs a new kFillVersion.
TEST(Fill, NeverChanges) {
  const auto spec = spec_of("n1c2h1w2_o2k1");
  EXPECT_EQ(src(spec, Fill::normal, 7),
            (std::vector<double>{0x1.208f0ep+0f, 0x1.0bd4cp+0f, 0x1.ddcd2p-3f, -0x1.b4d6e2p+0f}));
  EXPECT_EQ(src(spec, Fill::uniform, 7), (std::vector<double>{-0x1.20729ep-1f, -0x1.db29e6p-1f,
                                                              -0x1.05dedap-2f, -0x1.d471d2p-1f}));
  EXPECT_EQ(src(spec, Fill::integer, 7),
            (std::vector<double>{-0x1.7p+6f, -0x1.14p+6f, -0x1.bcp+6f, -0x1.14p+6f}));
}

TEST(Fill, SeedsAndTensorsDiffer) {
  const auto spec = spec_of("n1c4h16w16_o4k16");
  EXPECT_NE(src(spec, Fill::uniform, 1), src(spec, Fill::uniform, 2));
  auto scaled = weights(spec, Fill::uniform);
  scaled.resize(1024);
  for (auto& x : scaled) x *= 32;
  EXPECT_NE(scaled, src(spec, Fill::uniform, 1));
}

void expect_moments(const std::vector<double>& all, double deviation, double kurtosis) {
  double m1 = 0, m2 = 0, m4 = 0;
  const auto n = static_cast<double>(all.size());
  for (const double x : all) m1 += x / n, m2 += x * x / n, m4 += x * x * x * x / n;
  EXPECT_NEAR(m1, 0, 6 * deviation / std::sqrt(n));
  EXPECT_NEAR(m2, deviation * deviation, deviation * deviation * 10 / std::sqrt(n));
  EXPECT_NEAR(m4 / m2 / m2, kurtosis, 40 / std::sqrt(n));
}

TEST(Fill, HasTheMomentsItPromises) {
  const auto spec = spec_of("n1c64h64w64_o256k3");
  expect_moments(src(spec, Fill::normal), 1, 2.9);  // Irwin-Hall of 12: 3 - 6/(5*12)
  expect_moments(src(spec, Fill::uniform), 1 / std::sqrt(3), 1.8);
  expect_moments(weights(spec, Fill::normal), 1 / std::sqrt(576.0), 2.9);
  expect_moments(weights(spec, Fill::uniform), 1 / std::sqrt(3 * 576.0), 1.8);
  EXPECT_LE(largest_of(weights(spec, Fill::uniform)), 1 / std::sqrt(576.0) * (1 + 1e-7));
  EXPECT_LE(largest_of(bias(spec, Fill::normal)), 1 / std::sqrt(576.0) * (1 + 1e-7));
}

TEST(Fill, NormalValuesUseTheWholeSignificand) {
  const auto all = src(spec_of("n1c1h64w64_o1k1", Dtype::f64), Fill::normal);
  int with_low_bits = 0;
  for (const double x : all) with_low_bits += std::nearbyint(x * 0x1p40) != x * 0x1p40;
  EXPECT_GT(with_low_bits, 4000)
      << "sums of coarse values would be exact, and rounding never tested";
}

TEST(Fill, IntegersAreDenseAndDistinct) {
  for (const auto type : {Dtype::f32, Dtype::f64, Dtype::f16, Dtype::bf16}) {
    const auto spec = spec_of("n1c16h16w16_o16k3", type);
    for (const auto& all :
         {src(spec, Fill::integer), weights(spec, Fill::integer), bias(spec, Fill::integer)}) {
      std::set<double> seen(all.begin(), all.end());
      EXPECT_EQ(seen.count(0), 0u) << word(type);
      EXPECT_GE(seen.size(), 2u);
      for (const double x : seen) EXPECT_EQ(x, std::nearbyint(x));
    }
  }
  EXPECT_GE(largest_of(src(spec_of("n1c64h64w64_o64k3"), Fill::integer)), 100);
}

TEST(Fill, EveryPartialSumIsExactInTheAccumulator) {
  for (const char* text :
       {"n1c512h14w14_o512k3", "n1c3h64w64_o64k7", "n1c1h4w4_o1k1", "n1c2048h7w7_o8k1"})
    for (const auto type : {Dtype::f32, Dtype::f64, Dtype::f16, Dtype::bf16}) {
      const auto spec = spec_of(text, type);
      const double most = static_cast<double>(spec.geometry.terms()) *
                              largest_of(src(spec, Fill::integer)) *
                              largest_of(weights(spec, Fill::integer)) +
                          largest_of(bias(spec, Fill::integer));
      EXPECT_LE(most, std::ldexp(1.0, precision(spec.accumulator_type)))
          << text << " " << word(type);
    }
}

/// All the outputs of a 1x1 image whose kernel sees everything: the sums themselves.
TEST(Fill, NarrowResultsAreExactInTheOutput) {
  for (const char* text :
       {"n1c512h3w3_o64k3", "n1c100h1w1_o64k1", "n1c2000h3w3_o64k3", "n1c64h3w3_o64k3"})
    for (const auto type : {Dtype::f16, Dtype::bf16}) {
      const auto spec = spec_of(text, type);
      ASSERT_TRUE(fits(Fill::integer, spec));
      const auto x = src(spec, Fill::integer), w = weights(spec, Fill::integer),
                 b = bias(spec, Fill::integer);
      std::vector<int> hit(x.size(), 0);
      for (std::size_t o = 0; o < 64; ++o) {
        double sum = b[o];
        for (std::size_t t = 0; t < x.size(); ++t)
          sum += x[t] * w[o * x.size() + t], hit[t] += w[o * x.size() + t] != 0;
        EXPECT_EQ(sum, rounded(type, sum)) << text;
        EXPECT_LE(std::fabs(sum), std::ldexp(1.0, precision(type))) << text;
      }
      for (const int times : hit) EXPECT_GT(times, 0) << text << ": every tap is hit";
    }
}

TEST(Fill, SaysWhereItDoesNotFit) {
  EXPECT_TRUE(fits(Fill::integer, spec_of("n1c20000h3w3_o1k3")));
  EXPECT_FALSE(fits(Fill::integer, spec_of("n1c20000h3w3_o1k3", Dtype::bf16)));
  EXPECT_TRUE(fits(Fill::normal, spec_of("n1c20000h3w3_o1k3", Dtype::bf16)));
}

TEST(Fill, EmptyTensorsAreLeftAlone) {
  double untouched = 42;
  fill_src(spec_of("n0c3h4w4_o2k3"), Fill::normal, 1, &untouched);
  fill_bias(spec_of("n1c3h4w4_o2k3_nobias"), Fill::integer, 1, &untouched);
  EXPECT_EQ(untouched, 42);
}

}  // namespace
}  // namespace convgauge
