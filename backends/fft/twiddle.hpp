// Roots of unity as compile-time constants, from a series in long double: they have the same bits
// everywhere, since no libm is used.
#pragma once

namespace convgauge::backends::fft {

constexpr long double kPi = 3.14159265358979323846264338327950288L;

/// Taylor's series, for |x| <= pi / 4: there 14 terms are more than the precision of long double
/// needs.
constexpr long double sine_series(long double x) {
  long double term = x, sum = x;
  for (int k = 1; k < 14; ++k) sum += term *= -x * x / ((2 * k) * (2 * k + 1));
  return sum;
}
constexpr long double cosine_series(long double x) {
  long double term = 1, sum = 1;
  for (int k = 1; k < 14; ++k) sum += term *= -x * x / ((2 * k - 1) * (2 * k));
  return sum;
}

struct Root {
  long double cosine, sine;
};

/// e^(2 pi i k / n). The angle is first reduced to the first eighth of the circle in integers, so
/// that values of 0 and 1 are exact.
constexpr Root root_of_unity(int n, int k) {
  k = (k % n + n) % n;
  if (2 * k > n) {
    const Root r = root_of_unity(n, n - k);
    return {r.cosine, -r.sine};
  }
  if (4 * k > n) {  // pi - angle
    const Root r = root_of_unity(2 * n, n - 2 * k);
    return {-r.cosine, r.sine};
  }
  if (8 * k > n) {  // pi / 2 - angle
    const long double rest = kPi / 2 * (n - 4 * k) / n;
    return {sine_series(rest), cosine_series(rest)};
  }
  const long double angle = 2 * kPi * k / n;
  return {cosine_series(angle), sine_series(angle)};
}

}  // namespace convgauge::backends::fft
