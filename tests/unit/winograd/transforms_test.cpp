// The transforms of every instruction set, compared with matrices that are computed here from their
// definition, in double.
#include <gtest/gtest.h>

#include <cmath>

#include "tables.hpp"
#include "winograd/cook_toom.hpp"

namespace convgauge::backends::winograd {
namespace {

/// The coefficients of the product of (x - a) over all finite points a but point `without`.
std::vector<double> row_of_b(int n, int without) {
  std::vector<double> c{1};
  for (int k = 0; k + 1 < n; ++k) {
    if (k == without) continue;
    const double a = points(n).finite(k).value();
    c.push_back(0);
    for (std::size_t i = c.size() - 1; i > 0; --i) c[i] = c[i - 1] - a * c[i];
    c[0] *= -a;
  }
  c.resize(static_cast<std::size_t>(n));
  return c;
}

double entry_of_a(int m, int n, int i, int k) {
  return k + 1 == n ? (i == m - 1 ? 1 : 0) : std::pow(points(n).finite(k).value(), i);
}

/// Integers, so that only the transform's own arithmetic rounds.
float sample(int i) {
  return static_cast<float>((i * 37 + 11) % 101 - 50);
}

std::vector<float> samples(std::int64_t count) {
  std::vector<float> all(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = sample(static_cast<int>(i));
  return all;
}

// Each of at most 8 terms is rounded at most 8 times, and its coefficient once.
constexpr double kRounding = 9 * 0x1p-24;

TEST(Transforms, ForwardIsBd) {
  for (const auto& [name, kernels] : tables())
    for (int n = 1; n <= kMaxPoints; ++n) {
      if (n == 2) continue;
      const std::int64_t width = kernels->width, count = 3;
      const auto in = samples(count * n * width);
      std::vector<float> out(in.size());
      kernels->forward[n](
          {in.data(), width, n * width, 0, out.data(), count * width, width, 0, count});
      for (int k = 0; k < n; ++k) {
        const auto row = row_of_b(n, k + 1 == n ? -1 : k);
        for (std::int64_t i = 0; i < count * width; ++i) {
          double want = 0, magnitude = 0;
          for (int j = 0; j < n; ++j) {
            const double x = in[static_cast<std::size_t>((i / width * n + j) * width + i % width)];
            want += row[static_cast<std::size_t>(j)] * x;
            magnitude += std::fabs(row[static_cast<std::size_t>(j)] * x);
          }
          EXPECT_NEAR(out[static_cast<std::size_t>(k * count * width + i)], want,
                      kRounding * magnitude)
              << name << " n=" << n << " point " << k << " at " << i;
        }
      }
    }
}

TEST(Transforms, InverseIsAxAndTheBias) {
  for (const auto& [name, kernels] : tables())
    for (const auto& transform : kAxisTransforms) {
      const int m = transform.m, n = transform.n();
      const std::int64_t width = kernels->width;
      const auto in = samples(n * width), bias = samples(width);
      std::vector<float> out(static_cast<std::size_t>(m * width));
      kernels->inverse[m][n]({in.data(), width, 0, 0, out.data(), width, 0, 0, 1}, bias.data());
      for (std::int64_t i = 0; i < m * width; ++i) {
        double want = bias[static_cast<std::size_t>(i % width)], magnitude = std::fabs(want);
        for (int k = 0; k < n; ++k) {
          const double term =
              entry_of_a(m, n, static_cast<int>(i / width), k) *
              static_cast<double>(in[static_cast<std::size_t>(k * width + i % width)]);
          want += term;
          magnitude += std::fabs(term);
        }
        EXPECT_NEAR(out[static_cast<std::size_t>(i)], want, kRounding * magnitude)
            << name << " F(" << m << ", " << transform.r << ") at " << i;
      }
    }
}

TEST(Transforms, AmplificationIsTheHarnesses) {
  // The expected numbers were computed separately with exact fractions, by the formula of
  // harness/verify/cook_toom.cpp.
  const auto of = [](int m, int r) {
    for (const auto& transform : kAxisTransforms)
      if (transform.m == m && transform.r == r) return transform.amplification;
    return 0.0;
  };
  EXPECT_NEAR(of(2, 3), 3.1, 0.05);
  EXPECT_NEAR(of(4, 3), 8.9, 0.05);
  EXPECT_NEAR(of(5, 3), 17.1, 0.05);
  EXPECT_NEAR(of(6, 3), 26.0, 0.05);
  EXPECT_NEAR(of(2, 5), 7.9, 0.05);
  EXPECT_NEAR(of(2, 7), 19.0, 0.05);
}

}  // namespace
}  // namespace convgauge::backends::winograd
