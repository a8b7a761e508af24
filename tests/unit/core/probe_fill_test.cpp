// The probes: what each promises, in every dtype.
#include "core/probe_fill.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <vector>

#include "core/convert.hpp"
#include "core/problem_text.hpp"

namespace convgauge {
namespace {

constexpr std::array kTypes{Dtype::f32, Dtype::f64, Dtype::f16, Dtype::bf16};
constexpr std::array kProbes{Fill::impulse, Fill::range, Fill::spike, Fill::subnormal,
                             Fill::nonfinite};

Spec spec_of(const char* text, Dtype type = Dtype::f32, Layout layout = Layout::nchw) {
  return Spec::of(parse_problem(text).value(), type, layout);
}

std::vector<double> loaded(Dtype type, const std::vector<double>& raw) {
  std::vector<double> out(raw.size());
  load_line(type, raw.data(), 0, 1, static_cast<std::int64_t>(raw.size()), out.data());
  return out;
}

std::vector<double> src(const Spec& spec, Fill fill, std::uint64_t seed = 1) {
  std::vector<double> raw(static_cast<std::size_t>(elements(spec.geometry.src_shape())));
  fill_src(spec, fill, seed, raw.data());
  return loaded(spec.src_type, raw);
}

std::vector<double> weights(const Spec& spec, Fill fill) {
  std::vector<double> raw(static_cast<std::size_t>(elements(spec.geometry.weights_shape())));
  fill_weights(spec, fill, 1, raw.data());
  return loaded(spec.weights_type, raw);
}

std::vector<double> bias(const Spec& spec, Fill fill) {
  std::vector<double> raw(static_cast<std::size_t>(spec.geometry.out_channels));
  fill_bias(spec, fill, 1, raw.data());
  return loaded(spec.dst_type, raw);
}

/// Nonzero pixels of a group in the window of one output.
int lit(const Geometry& g, const std::vector<double>& x, std::int64_t n, std::int64_t group,
        std::int64_t oh, std::int64_t ow) {
  int count = 0;
  for (auto c = group * g.group_inputs(); c < (group + 1) * g.group_inputs(); ++c)
    for (std::int64_t kh = 0; kh < g.h.kernel; ++kh)
      for (std::int64_t kw = 0; kw < g.w.kernel; ++kw) {
        const auto ih = g.h.source(oh, kh), iw = g.w.source(ow, kw);
        if (ih < 0 || iw < 0 || ih >= g.h.input || iw >= g.w.input) continue;
        count += x[static_cast<std::size_t>(((n * g.in_channels + c) * g.h.input + ih) * g.w.input +
                                            iw)] != 0;
      }
  return count;
}

TEST(Impulse, NoWindowSeesTwoPixels) {
  for (const char* text : {"n3c4h19w23_o4k3p1", "n2c6h17w31_o4k3x5s2p2d2x1g2", "n1c8h9w9_o8k3p1g8",
                           "n1c3h2w40_o1k2x7p1x6", "n2c5h8w8_o3k1"}) {
    const auto spec = spec_of(text);
    const auto& g = spec.geometry;
    int windows = 0;
    for (std::uint64_t seed = 1; seed < 6; ++seed) {
      const auto x = src(spec, Fill::impulse, seed);
      EXPECT_NE(std::set<double>(x.begin(), x.end()).size(), 1u) << text;
      for (std::int64_t n = 0; n < g.batch; ++n)
        for (std::int64_t group = 0; group < g.groups; ++group)
          for (std::int64_t oh = 0; oh < g.h.output(); ++oh)
            for (std::int64_t ow = 0; ow < g.w.output(); ++ow) {
              const int seen = lit(g, x, n, group, oh, ow);
              ASSERT_LE(seen, 1) << text;
              windows += seen;
            }
    }
    EXPECT_GT(windows, 0) << text;
  }
}

TEST(Impulse, OutputsAreExactEvenWhereAllTapsSeeThePixel) {
  for (const char* text :
       {"n1c512h14w14_o512k3p1", "n1c4h9w9_o4k5p2_replicate", "n1c2h8w8_o2k9p4_circular"})
    for (const auto type : kTypes) {
      const auto spec = spec_of(text, type);
      const auto copies =
          spec.geometry.padding_mode == PaddingMode::zeros
              ? 1.0
              : static_cast<double>(spec.geometry.h.kernel * spec.geometry.w.kernel);
      double most = 0, most_bias = 0;
      for (const double w : weights(spec, Fill::impulse)) {
        most = std::max(most, std::fabs(w));
        ASSERT_EQ(w, std::nearbyint(w));
        ASSERT_NE(w, 0);
      }
      for (const double b : bias(spec, Fill::impulse))
        most_bias = std::max(most_bias, std::fabs(b));
      ASSERT_TRUE(fits(Fill::impulse, spec));
      EXPECT_LE(copies * most + most_bias, std::ldexp(1.0, precision(spec.dst_type)))
          << text << " " << word(type);
    }
  EXPECT_FALSE(fits(Fill::impulse, spec_of("n1c1h30w30_o1k15p7_replicate", Dtype::bf16)));
  EXPECT_TRUE(fits(Fill::impulse, spec_of("n1c1h30w30_o1k15p7", Dtype::bf16)));
}

TEST(Impulse, WeightsTellTapsApart) {
  const auto w = weights(spec_of("n1c64h14w14_o64k3p1"), Fill::impulse);
  EXPECT_GT(std::set<double>(w.begin(), w.end()).size(), w.size() * 99 / 100);
}

TEST(Range, CoversItsBinades) {
  for (const auto type : kTypes) {
    const auto spec = spec_of("n1c8h32w32_o32k3", type);
    std::set<int> exponents;
    double most = 0;
    for (const double x : src(spec, Fill::range))
      exponents.insert(std::ilogb(x)), most = std::max(most, std::fabs(x));
    EXPECT_GE(exponents.size(), type == Dtype::f16 ? 14u : 49u) << word(type);
    double heaviest = 0;
    for (const double w : weights(spec, Fill::range)) heaviest = std::max(heaviest, std::fabs(w));
    EXPECT_LT(64 * most * heaviest, largest(type))
        << word(type) << ": a few of the largest products fit";
  }
}

TEST(Spike, IsOnePixelInEachGroupOfEachImage) {
  const auto spec = spec_of("n3c6h16w16_o4k3g2");
  const auto x = src(spec, Fill::spike);
  int huge = 0;
  for (const double v : x) huge += std::fabs(v) > 8;
  EXPECT_LE(huge, 6);
  EXPECT_GE(huge, 5) << "a spike is a normal number, enlarged: it may come out small once";
}

TEST(Subnormal, NearlyAllValuesAre) {
  for (const auto type : kTypes) {
    const auto x = src(spec_of("n1c4h16w16_o4k3", type), Fill::subnormal);
    int subnormal = 0;
    for (const double v : x) subnormal += v != 0 && std::fabs(v) < smallest_normal(type);
    EXPECT_GT(subnormal, 900) << word(type);
  }
}

TEST(Nonfinite, IsFiniteButForAFewOfEachKind) {
  int infinite = 0, nan = 0, images = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed, ++images)
    for (const double v : src(spec_of("n1c4h16w16_o4k3"), Fill::nonfinite, seed))
      infinite += std::isinf(v), nan += std::isnan(v);
  EXPECT_LE(infinite + nan, 2 * images);
  EXPECT_GT(infinite, images / 2);
  EXPECT_GT(nan, images / 4);
}

/// A kernel that makes a NaN of an infinity must show: one output of eight may be NaN by itself.
TEST(Nonfinite, LeavesInfinitiesInTheOutputsHoweverLongTheSums) {
  for (const char* text : {"n1c1h1w1_o64k1", "n1c128h1w1_o64k1", "n1c512h2w2_o64k2",
                           "n2c256h4w4_o64k3p1", "n1c64h7w7_o64k7p3", "n1c2048h3w3_o64k3"}) {
    const auto spec = spec_of(text);
    const auto& g = spec.geometry;
    const auto w = weights(spec, Fill::nonfinite);
    std::int64_t infinite = 0, nan = 0;
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
      const auto x = src(spec, Fill::nonfinite, seed);
      for (std::int64_t n = 0; n < g.batch; ++n)
        for (std::int64_t o = 0; o < g.out_channels; ++o) {
          double sum = 0;  // of the window in the middle
          const auto oh = g.h.output() / 2, ow = g.w.output() / 2;
          for (std::int64_t c = 0; c < g.in_channels; ++c)
            for (std::int64_t kh = 0; kh < g.h.kernel; ++kh)
              for (std::int64_t kw = 0; kw < g.w.kernel; ++kw) {
                const auto ih = g.h.source(oh, kh), iw = g.w.source(ow, kw);
                if (ih < 0 || iw < 0 || ih >= g.h.input || iw >= g.w.input) continue;
                const auto at = ((n * g.in_channels + c) * g.h.input + ih) * g.w.input + iw;
                const auto tap = ((o * g.in_channels + c) * g.h.kernel + kh) * g.w.kernel + kw;
                sum += x[static_cast<std::size_t>(at)] * w[static_cast<std::size_t>(tap)];
              }
          infinite += std::isinf(sum), nan += std::isnan(sum);
        }
    }
    EXPECT_GT(nan, 0) << text;
    EXPECT_GT(infinite, 2 * nan) << text;
  }
}

TEST(Probes, AreTheSameInEveryLayoutAndDifferBySeed) {
  const auto planes = spec_of("n2c5h9w33_o3k3"),
             pixels = spec_of("n2c5h9w33_o3k3", Dtype::f32, Layout::nhwc);
  for (const auto fill : kProbes) {
    const auto a = src(planes, fill), b = src(pixels, fill);
    const auto from = planes.src_strides(), to = pixels.src_strides();
    for (std::int64_t n = 0; n < 2; ++n)
      for (std::int64_t c = 0; c < 5; ++c)
        for (std::int64_t h = 0; h < 9; ++h)
          for (std::int64_t w = 0; w < 33; ++w) {
            const double p =
                a[static_cast<std::size_t>(n * from[0] + c * from[1] + h * from[2] + w)];
            const double q = b[static_cast<std::size_t>(n * to[0] + c + h * to[2] + w * to[3])];
            ASSERT_TRUE(p == q || (std::isnan(p) && std::isnan(q))) << word(fill);
          }
    EXPECT_NE(a, src(planes, fill, 2)) << word(fill);
  }
}

TEST(Probes, EmptyTensorsAreLeftAlone) {
  for (const auto fill : kProbes) {
    double untouched = 42;
    fill_src(spec_of("n0c3h4w4_o2k3"), fill, 1, &untouched);
    fill_bias(spec_of("n1c3h4w4_o2k3_nobias"), fill, 1, &untouched);
    EXPECT_EQ(untouched, 42) << word(fill);
  }
}

}  // namespace
}  // namespace convgauge
