// The points at which F(m, r) evaluates. They depend on n = m + r - 1 only: infinity, 0 where n is
// even, and pairs +p, -p.
//
// The transforms of the two points of a pair differ in one sign only (codelets.hpp). Among pairs of
// small fractions these amplify rounding least. noise is the effect of independent roundings,
// sqrt(sum over k of |A_k|^2 |G_k|^2 |B_k|^2 / (m r)); amp is the worst case for an output,
// |A||G||B|, as the harness computes it for its bound. Both are for one axis; for two axes they are
// multiplied. In brackets: the same for the classical points 0, 1, -1, 2, -2, 1/2 ...
//
//   n   finite points          used by                noise          amp
//   3   +-2/3                  F(2,2)                 1.1 (1.4)      2.4 (2.3)
//   4   0, +-1                 F(2,3) F(3,2)          1.3 (1.3)      3.1 (3.1)
//   5   +-2/5, +-4/3           F(3,3) F(4,2) F(2,4)   1.6 (2.5)      5.6 (9.4)
//   6   0, +-2/3, +-3/2        F(4,3) F(2,5) F(3,4)   2.2 (3.3)      8.9 (18.5)
//   7   +-1/4, +-4/5, +-7/4    F(5,3) F(4,4)          3.2 (4.1)     17.1 (25.1)
//   8   0, +-1/2, +-1, +-2     F(6,3) F(4,5) F(2,7)   4.5 (4.5)     26.0 (26.0)
//
// (noise and amp are those of the first F(m,r) in a row.) The integers 1, 2, 3 for F(6,3) would be
// ten times worse per axis.
#pragma once
#include <array>

#include "fraction.hpp"

namespace convgauge::backends::winograd {

constexpr int kMaxPoints = 8;  // n, infinity included

struct Points {
  bool zero = false;
  int pairs = 0;
  std::array<Fraction, 3> p{};  // the positive one of each pair

  /// Point `k` of the finite ones: 0 first, then +p, -p of each pair.
  constexpr Fraction finite(int k) const {
    if (zero && k == 0) return {0};
    const int i = k - (zero ? 1 : 0);
    return i % 2 == 0 ? p[static_cast<std::size_t>(i / 2)] : -p[static_cast<std::size_t>(i / 2)];
  }
};

/// For n = 1 (infinity alone: no transform) and n = 3 ... kMaxPoints.
constexpr Points points(int n) {
  switch (n) {
    case 3:
      return {false, 1, {Fraction{2, 3}}};
    case 4:
      return {true, 1, {Fraction{1}}};
    case 5:
      return {false, 2, {Fraction{2, 5}, Fraction{4, 3}}};
    case 6:
      return {true, 2, {Fraction{2, 3}, Fraction{3, 2}}};
    case 7:
      return {false, 3, {Fraction{1, 4}, Fraction{4, 5}, Fraction{7, 4}}};
    case 8:
      return {true, 3, {Fraction{1}, Fraction{2}, Fraction{1, 2}}};
    default:
      return {};
  }
}

}  // namespace convgauge::backends::winograd
