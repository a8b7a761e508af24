// The algorithms F(m, r) of one axis that exist here, each proven when it is compiled.
#pragma once
#include "codelets.hpp"

namespace convgauge::backends::winograd {

constexpr int kMaxTaps = 7;

/// G, n x r, in exact fractions: G[k][j] = a_k^j / N_k, N_k the product of (a_k - a_l) over the
/// other finite points; at infinity the last tap (Blahut, Fast Algorithms for Signal Processing,
/// chapter 5).
template <int N, int R>
constexpr std::array<std::array<Fraction, R>, N> tap_matrix() {
  std::array<std::array<Fraction, R>, N> g{};
  for (int k = 0; k + 1 < N; ++k) {
    const Fraction a = points(N).finite(k);
    Fraction scale{1};
    for (int l = 0; l + 1 < N; ++l)
      if (l != k) scale = scale * (a - points(N).finite(l));
    for (int j = 0; j < R; ++j)
      g[static_cast<std::size_t>(k)][static_cast<std::size_t>(j)] = power(a, j) / scale;
  }
  g[N - 1][R - 1] = Fraction{1};
  return g;
}

/// Whether the codelets, run on unit vectors of exact fractions, and G together compute a
/// convolution: sum over k of A[i][k] G[k][j] B[k][l] = [i + j = l] for every output i, tap j and
/// input l.
template <int M, int R>
constexpr bool computes_the_convolution() {
  constexpr int N = M + R - 1;
  constexpr auto g = tap_matrix<N, R>();
  for (int l = 0; l < N; ++l) {
    Fraction d[N], b[N];
    for (int i = 0; i < N; ++i) d[i] = Fraction{i == l ? 1 : 0};
    forward<N>(d, b);
    for (int j = 0; j < R; ++j) {
      Fraction x[N], y[M];
      for (int k = 0; k < N; ++k)
        x[k] = b[k] * g[static_cast<std::size_t>(k)][static_cast<std::size_t>(j)];
      inverse<M, N>(x, Fraction{0}, y);
      for (int i = 0; i < M; ++i)
        if (y[i] != Fraction{i + j == l ? 1 : 0}) return false;
    }
  }
  return true;
}

/// |A| |G| |B|: the largest sum of magnitudes that goes into an output, divided by the r products
/// of a direct sum. The factor of 4/3 for two axes, sqrt(4/3) for one, is that of the harness
/// (harness/verify/cook_toom.cpp), so that both use the same number.
template <int M, int R>
constexpr double amplification_of() {
  constexpr int N = M + R - 1;
  constexpr double kShare = 1.1547005383792515;  // sqrt(4 / 3)
  constexpr auto g = tap_matrix<N, R>();
  const auto magnitude = [](const Fraction& x) { return x.value() < 0 ? -x.value() : x.value(); };
  double through[N] = {}, most = 0;
  for (int l = 0; l < N; ++l) {  // through[k] = sum of |B[k]|
    Fraction d[N], x[N];
    for (int i = 0; i < N; ++i) d[i] = Fraction{i == l ? 1 : 0};
    forward<N>(d, x);
    for (int k = 0; k < N; ++k) through[k] += magnitude(x[k]);
  }
  for (int i = 0; i < M; ++i) {
    double sum = 0;
    for (int k = 0; k < N; ++k) {
      double taps = 0;
      for (const auto& tap : g[static_cast<std::size_t>(k)]) taps += magnitude(tap);
      const double a = k + 1 < N ? magnitude(power(points(N).finite(k), i)) : i == M - 1 ? 1 : 0;
      sum += a * taps * through[k];
    }
    if (sum > most) most = sum;
  }
  return N == 1 ? 1 : most / R * kShare;
}

/// F(m, r) of one axis.
struct AxisTransform {
  int m = 1, r = 1;
  double amplification = 1;
  std::array<std::array<double, kMaxTaps>, kMaxPoints> g{};  // G, n x r

  constexpr int n() const { return m + r - 1; }
};

template <int M, int R>
constexpr AxisTransform axis_transform() {
  static_assert(M + R - 1 <= kMaxPoints && R <= kMaxTaps);
  static_assert(computes_the_convolution<M, R>());
  AxisTransform made{M, R, amplification_of<M, R>(), {}};
  constexpr auto g = tap_matrix<M + R - 1, R>();
  for (std::size_t k = 0; k < g.size(); ++k)
    for (std::size_t j = 0; j < R; ++j) made.g[k][j] = g[k][j].value();
  return made;
}

template <int M, int R>
inline constexpr AxisTransform kF = axis_transform<M, R>();

/// F(1, 1) is no transform: it is for an axis of one tap, or one whose phases have one tap each.
inline constexpr std::array kAxisTransforms{
    kF<1, 1>, kF<2, 2>, kF<3, 2>, kF<4, 2>, kF<5, 2>, kF<2, 3>, kF<3, 3>, kF<4, 3>,
    kF<5, 3>, kF<6, 3>, kF<2, 4>, kF<3, 4>, kF<4, 4>, kF<2, 5>, kF<4, 5>, kF<2, 7>};

}  // namespace convgauge::backends::winograd
