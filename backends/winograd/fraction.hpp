// Exact fractions at compile time. An overflow is not a constant expression, so a result that
// compiles is exact.
#pragma once
#include <cstdint>
#include <numeric>

namespace convgauge::backends::winograd {

/// numerator / denominator, reduced, denominator > 0. Its members are public so that it can be a
/// template argument.
struct Fraction {
  std::int64_t numerator = 0, denominator = 1;

  constexpr Fraction() = default;
  constexpr Fraction(std::int64_t n, std::int64_t d = 1) : numerator(n), denominator(d) {
    if (d == 1) return;  // spares steps: compilers limit those of a constant expression
    const auto divisor = std::gcd(n, d) * (d < 0 ? -1 : 1);
    numerator = n / divisor;
    denominator = d / divisor;
  }
  friend constexpr Fraction operator+(const Fraction& a, const Fraction& b) {
    return {a.numerator * b.denominator + b.numerator * a.denominator,
            a.denominator * b.denominator};
  }
  friend constexpr Fraction operator-(const Fraction& a) { return {-a.numerator, a.denominator}; }
  friend constexpr Fraction operator-(const Fraction& a, const Fraction& b) { return a + -b; }
  friend constexpr Fraction operator*(const Fraction& a, const Fraction& b) {
    return {a.numerator * b.numerator, a.denominator * b.denominator};
  }
  friend constexpr Fraction operator/(const Fraction& a, const Fraction& b) {
    return {a.numerator * b.denominator, a.denominator * b.numerator};
  }
  friend constexpr bool operator==(const Fraction&, const Fraction&) = default;

  constexpr double value() const {
    return static_cast<double>(numerator) / static_cast<double>(denominator);
  }
};

constexpr Fraction power(const Fraction& x, int exponent) {
  Fraction result{1};
  for (int i = 0; i < exponent; ++i) result = result * x;
  return result;
}

}  // namespace convgauge::backends::winograd
