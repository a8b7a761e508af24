#include "verify/cook_toom.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include "core/layers.hpp"

namespace convgauge::verify {
namespace {

__extension__ using Wide = __int128;

/// An exact fraction. `broken`: its computation overflowed or divided by zero at some step.
struct Exact {
  std::int64_t numerator = 0, denominator = 1;
  bool broken = false;

  static Exact reduced(Wide n, Wide d) {
    if (d == 0) return {0, 1, true};
    auto a = n < 0 ? -n : n, b = d < 0 ? -d : d;
    while (b) a = std::exchange(b, a % b);
    n /= a, d /= a;
    if (d < 0) n = -n, d = -d;
    constexpr Wide most = INT64_MAX;
    if (n > most || n < -most || d > most) return {0, 1, true};
    return {static_cast<std::int64_t>(n), static_cast<std::int64_t>(d), false};
  }
  friend Exact with(const Exact& a, const Exact& b, Exact result) {
    result.broken |= a.broken || b.broken;
    return result;
  }
  friend Exact operator*(const Exact& a, const Exact& b) {
    return with(a, b,
                reduced(Wide{a.numerator} * b.numerator, Wide{a.denominator} * b.denominator));
  }
  friend Exact operator/(const Exact& a, const Exact& b) {
    return with(a, b,
                reduced(Wide{a.numerator} * b.denominator, Wide{a.denominator} * b.numerator));
  }
  friend Exact operator+(const Exact& a, const Exact& b) {
    // Each product is less than half of the range of int128, so the sum cannot overflow.
    const auto left = Wide{a.numerator} * b.denominator, right = Wide{b.numerator} * a.denominator;
    return with(a, b, reduced(left + right, Wide{a.denominator} * b.denominator));
  }
  Exact operator-() const { return {-numerator, denominator, broken}; }
  bool operator==(const Exact&) const = default;
  double magnitude() const {
    return std::fabs(static_cast<double>(numerator) / static_cast<double>(denominator));
  }
};

using Row = std::vector<Exact>;
using Matrix = std::vector<Row>;

/// y = A [(G g) (B d)]: A is m x n, G n x r, B n x n, n = m + r - 1; the last of the n points is
/// infinity.
struct Matrices {
  Matrix a, g, b;
};

Row powers(const Exact& x, int count) {
  Row row{{1}};
  for (int i = 1; i < count; ++i) row.push_back(row.back() * x);
  return row;
}

Row last_of(int count) {
  Row row(static_cast<std::size_t>(count));
  row.back() = {1};
  return row;
}

/// Coefficients, lowest first, of the product of (x - root) over all roots but number `without`;
/// padded to `count`.
Row monic(const Row& roots, std::size_t without, std::size_t count) {
  Row c{{1}};
  for (std::size_t k = 0; k < roots.size(); ++k) {
    if (k == without) continue;
    Row next(c.size() + 1);
    for (std::size_t i = 0; i < c.size(); ++i) {
      next[i + 1] = next[i + 1] + c[i];
      next[i] = next[i] + -roots[k] * c[i];
    }
    c = std::move(next);
  }
  c.resize(count);
  return c;
}

/// Cook-Toom, transposed (Blahut, Fast Algorithms for Signal Processing, chapter 5). With a_k the
/// points and N_k = prod over l != k of (a_k - a_l):
///   A[i][k] = a_k^i,  G[k][j] = a_k^j / N_k,  B[k] = prod over l != k of (x - a_l).
/// At infinity, A and G take the highest power, and B = prod over all l of (x - a_l).
Matrices build(int m, int r, const Row& points) {
  const auto n = points.size() + 1;
  Matrices all;
  all.a.resize(static_cast<std::size_t>(m));
  for (std::size_t k = 0; k < n; ++k) {
    const bool infinite = k + 1 == n;
    const Row up = infinite ? last_of(m) : powers(points[k], m);
    for (std::size_t i = 0; i < up.size(); ++i) all.a[i].push_back(up[i]);
    Exact scale{1};
    if (!infinite)
      for (std::size_t l = 0; l + 1 < n; ++l)
        if (l != k) scale = scale * (points[k] + -points[l]);
    Row taps = infinite ? last_of(r) : powers(points[k], r);
    for (auto& t : taps) t = t / scale;
    all.g.push_back(std::move(taps));
    all.b.push_back(monic(points, infinite ? n : k, n));
  }
  return all;
}

/// Whether sum over k of A[i][k] G[k][j] B[k][l] = [i + j == l]; false where a fraction overflows.
bool proven(const Matrices& all) {
  const auto n = all.b.size(), r = all.g[0].size();
  for (std::size_t i = 0; i < all.a.size(); ++i)
    for (std::size_t j = 0; j < r; ++j)
      for (std::size_t l = 0; l < n; ++l) {
        Exact sum;
        for (std::size_t k = 0; k < n; ++k) sum = sum + all.a[i][k] * all.g[k][j] * all.b[k][l];
        if (sum != Exact{i + j == l ? 1 : 0}) return false;
      }
  return true;
}

double row_sum(const Row& row) {
  double sum = 0;
  for (const auto& x : row) sum += x.magnitude();
  return sum;
}

/// |A| |G| |B|: with all factors of magnitude 1, the largest sum of magnitudes in an output,
/// divided by the r products that the output consists of. It is multiplied by sqrt(4/3), that is
/// 4/3 for two axes, since the values of a tile may be less even: the largest of random normal
/// tiles (16 channels, 300 draws) were 9.4 for F(2x2,3x3), and 341.8 and 79.0 for F(4x4,3x3) with
/// the points 2 and 3/2, where this gives 9.5, 341.3 and 79.5.
double amplified(const Matrices& all, int r) {
  double most = 0;
  for (const auto& row : all.a) {
    double sum = 0;
    for (std::size_t k = 0; k < row.size(); ++k)
      sum += row[k].magnitude() * row_sum(all.g[k]) * row_sum(all.b[k]);
    most = std::max(most, sum);
  }
  return most / r * std::sqrt(4.0 / 3.0);
}

double square_sum(const Row& row) {
  double sum = 0;
  for (const auto& x : row) sum += x.magnitude() * x.magnitude();
  return sum;
}

/// See typical_amplification().
double typically_amplified(const Matrices& all, int r) {
  double sum = 0;
  for (const auto& row : all.a)
    for (std::size_t k = 0; k < row.size(); ++k)
      sum += row[k].magnitude() * row[k].magnitude() * square_sum(all.g[k]) * square_sum(all.b[k]);
  return std::sqrt(sum / (static_cast<double>(all.a.size()) * r));
}

std::string shown(const Rational& p) {
  return p.denominator == 1 ? fmt::format("{}", p.numerator)
                            : fmt::format("{}/{}", p.numerator, p.denominator);
}

Rational classical_point(int i) {
  constexpr Rational kFirst[] = {{0, 1},  {1, 1},  {-1, 1}, {2, 1},  {-2, 1}, {1, 2},  {-1, 2},
                                 {3, 1},  {-3, 1}, {1, 3},  {-1, 3}, {4, 1},  {-4, 1}, {1, 4},
                                 {-1, 4}, {3, 2},  {-3, 2}, {2, 3},  {-2, 3}};
  return kFirst[i];
}
constexpr int kClassicalPoints = 19;

WinogradAxis classical(int m, int r) {
  WinogradAxis axis{m, r, {}};
  for (int i = 0; i < std::min(m + r - 2, kClassicalPoints); ++i)
    axis.points.push_back(classical_point(i));
  return axis;
}

using Measure = double (*)(const Matrices&, int r);

/// `measure` of the matrices of an axis; 1 where it is not transformed.
Expected<double> of_axis(const WinogradAxis& axis, Measure measure) {
  const auto name = fmt::format("F({},{})", axis.m, axis.r);
  if (axis.m < 1 || axis.r < 1) return error(name + ": m and r must be at least 1");
  if (axis.m == 1 && axis.r == 1) return 1.0;
  if (static_cast<std::int64_t>(axis.points.size()) != std::int64_t{axis.m} + axis.r - 2)
    return error(fmt::format("{} has {} finite points, needs m + r - 2 = {}", name,
                             axis.points.size(), std::int64_t{axis.m} + axis.r - 2));
  Row points;
  for (const auto& p : axis.points) {
    const auto x = Exact::reduced(p.numerator, p.denominator);
    if (x.broken) return error(fmt::format("{}: the point {}/0 is no number", name, p.numerator));
    if (std::find(points.begin(), points.end(), x) != points.end())
      return error(fmt::format("{}: the point {} stands twice", name, shown(p)));
    points.push_back(x);
  }
  const auto matrices = build(axis.m, axis.r, points);
  if (!proven(matrices)) return error(name + ": its matrices overflow exact 64-bit fractions");
  return measure(matrices, axis.r);
}

/// Infinite for more points than there are classical ones.
double of_classical(int m, int r, Measure measure) {
  return of_axis(classical(m, r), measure).value_or(HUGE_VAL);
}

/// The product over both axes, of the declared or the classical points, whichever is smaller.
Expected<double> of_both(const Algorithm& algorithm, Measure measure) {
  double product = 1;
  for (const auto& axis : algorithm.winograd) {
    const double cap = of_classical(axis.m, axis.r, measure);
    const auto own = algorithm.points_known ? of_axis(axis, measure) : Expected<double>(cap);
    if (!own) return own;
    product *= std::min(*own, cap);
  }
  return product;
}

}  // namespace

Expected<double> amplification(const WinogradAxis& axis) {
  return of_axis(axis, amplified);
}

double classical_amplification(int m, int r) {
  return of_classical(m, r, amplified);
}

Expected<double> amplification(const Algorithm& algorithm) {
  return of_both(algorithm, amplified);
}

Expected<double> typical_amplification(const Algorithm& algorithm) {
  return of_both(algorithm, typically_amplified);
}

}  // namespace convgauge::verify
