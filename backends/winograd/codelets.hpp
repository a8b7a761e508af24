// The transforms of one axis, y = A [(G g) (B d)], generated from the points. They run on vectors,
// and on exact fractions where they are proven at compile time (cook_toom.hpp).
//
// Let z be 1 if 0 is a point, else 0, and Q_p(x^2) the product of (x^2 - q^2) over the pairs q
// other than p. Cook-Toom's row of B for a point is the product of (x - a) over all other finite
// points a, so that
//   B_+p, B_-p = x^(z+1) Q_p(x^2)  +-  p x^z Q_p(x^2)         a pair shares both sums
//   B_0        = P(x^2),   B_inf = x^z P(x^2)                 P: the product over all pairs
// and of A, whose rows are powers of the points, with s = x_+p + x_-p and t = x_+p - x_-p:
//   y_k = [k = 0] x_0 + sum over pairs of p^k (k even: s, odd: t) + [k = m - 1] x_inf
// All leading coefficients are 1, so F(4,3)'s transforms cost 12 and 13 operations, as the best
// hand-written ones.
#pragma once
#include "../common/simd.hpp"
#include "points.hpp"

namespace convgauge::backends::winograd {

/// The product of (x^2 - q^2) over all pairs of n's points but pair `without` (-1: over all),
/// lowest power first.
struct Squares {
  int degree = 0;  // in x^2
  std::array<Fraction, 4> coefficients{Fraction{1}};
};
constexpr Squares squares(int n, int without) {
  Squares product;
  for (int i = 0; i < points(n).pairs; ++i) {
    if (i == without) continue;
    const auto q = points(n).p[static_cast<std::size_t>(i)];
    ++product.degree;
    for (auto j = static_cast<std::size_t>(product.degree); j > 0; --j)
      product.coefficients[j] = product.coefficients[j - 1] - q * q * product.coefficients[j];
    product.coefficients[0] = -(q * q) * product.coefficients[0];
  }
  return product;
}

/// c as a factor of a V: itself for fractions, rounded once to float for vectors.
template <class V>
CONVGAUGE_INLINE constexpr auto factor(const Fraction& c) {
  if constexpr (std::is_same_v<V, Fraction>)
    return c;
  else
    return static_cast<float>(c.value());
}

/// sum += c * x, with no multiplication by 0, 1 and -1.
template <Fraction C, class V>
CONVGAUGE_INLINE constexpr void add(V& sum, const V& x) {
  if constexpr (C == Fraction{1})
    sum = sum + x;
  else if constexpr (C == Fraction{-1})
    sum = sum - x;
  else if constexpr (C != Fraction{0})
    sum = factor<V>(C) * x + sum;
}

/// The sum over j of c_j d[2 j + First], with the coefficients c of squares(N, Without), of which
/// the last is 1.
template <int N, int Without, int First, class V>
CONVGAUGE_INLINE constexpr V every_second(const V (&d)[N]) {
  constexpr Squares kSquares = squares(N, Without);
  V sum = d[2 * kSquares.degree + First];
  [&]<int... J>(std::integer_sequence<int, J...>) {
    (add<kSquares.coefficients[static_cast<std::size_t>(kSquares.degree - 1 - J)]>(
         sum, d[2 * (kSquares.degree - 1 - J) + First]),
     ...);
  }
  (std::make_integer_sequence<int, kSquares.degree>{});
  return sum;
}

template <int N, int Pair, class V>
CONVGAUGE_INLINE constexpr void forward_pair(const V (&d)[N], V (&out)[N]) {
  constexpr int kZero = points(N).zero ? 1 : 0;
  constexpr Fraction kPoint = points(N).p[Pair];
  const V major = every_second<N, Pair, kZero + 1>(d), minor = every_second<N, Pair, kZero>(d);
  V plus = major, minus = major;
  add<kPoint>(plus, minor);
  add<-kPoint>(minus, minor);
  out[kZero + 2 * Pair] = plus;
  out[kZero + 2 * Pair + 1] = minus;
}

/// out = B d
template <int N, class V>
CONVGAUGE_INLINE constexpr void forward(const V (&d)[N], V (&out)[N]) {
  constexpr int kZero = points(N).zero ? 1 : 0;
  if constexpr (kZero == 1) out[0] = every_second<N, -1, 0>(d);
  [&]<int... Pair>(std::integer_sequence<int, Pair...>) {
    (forward_pair<N, Pair>(d, out), ...);
  }
  (std::make_integer_sequence<int, points(N).pairs>{});
  out[N - 1] = every_second<N, -1, kZero>(d);
}

/// out[K] = start + (A x)[K], given the sums and differences of the pairs.
template <int M, int N, int K, class V>
CONVGAUGE_INLINE constexpr V inverse_row(const V (&x)[N], const V (&sums)[4],
                                         const V (&differences)[4], const V& start) {
  V y = start;
  if constexpr (K == 0 && points(N).zero) y = y + x[0];
  [&]<int... Pair>(std::integer_sequence<int, Pair...>) {
    (add<power(points(N).p[Pair], K)>(y, K % 2 == 0 ? sums[Pair] : differences[Pair]), ...);
  }
  (std::make_integer_sequence<int, points(N).pairs>{});
  if constexpr (K == M - 1) y = y + x[N - 1];
  return y;
}

/// out[k] = start + (A x)[k]; `start` is a bias or zero.
template <int M, int N, class V>
CONVGAUGE_INLINE constexpr void inverse(const V (&x)[N], const V& start, V (&out)[M]) {
  constexpr int kZero = points(N).zero ? 1 : 0;
  V sums[4] = {}, differences[4] = {};
  for (int i = 0; i < points(N).pairs; ++i) {
    sums[i] = x[kZero + 2 * i] + x[kZero + 2 * i + 1];
    differences[i] = x[kZero + 2 * i] - x[kZero + 2 * i + 1];
  }
  [&]<int... K>(std::integer_sequence<int, K...>) {
    ((out[K] = inverse_row<M, N, K>(x, sums, differences, start)), ...);
  }
  (std::make_integer_sequence<int, M>{});
}

}  // namespace convgauge::backends::winograd
