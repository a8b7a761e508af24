// Fully unrolled transforms of one line of N samples. A sample is a vector V, in which each lane is
// another channel.
//   complex:  Z[k] = sum over j of z[j] w^(jk),  w = e^(-2 pi i / N)
//   real:     N real samples are transformed as N / 2 complex numbers (sample 2 j is the real part,
//             sample 2 j + 1 the imaginary one); the result is then separated into the spectra of
//             the even and the odd samples, which give the spectrum of all
// The transforms of reals omit two factors, 1/2 and 1/N: the packed weights contain both
// (weights.hpp). Samples are read by in(j) and results written by out(k, value), so that nothing is
// copied between loads, transform and stores.
#pragma once
#include "twiddle.hpp"
#include "vector.hpp"

namespace convgauge::backends::fft {

/// a * e^(-2 pi i K / N)
template <int N, int K, class V>
[[gnu::always_inline]] inline Complex<V> twisted(Complex<V> a) {
  constexpr int k = K % N;
  if constexpr (k == 0)
    return a;
  else if constexpr (4 * k == N)
    return {a.im, -a.re};
  else if constexpr (2 * k == N)
    return {-a.re, -a.im};
  else if constexpr (4 * k == 3 * N)
    return {-a.im, a.re};
  else {
    constexpr float c = static_cast<float>(root_of_unity(N, k).cosine),
                    s = static_cast<float>(root_of_unity(N, k).sine);
    return {a.re * c + a.im * s, a.im * c - a.re * s};
  }
}

template <class V>
[[gnu::always_inline]] inline void butterfly(Complex<V> (&a)[2]) {
  const auto b = a[0];
  a[0] = b + a[1];
  a[1] = b - a[1];
}

template <class V>
[[gnu::always_inline]] inline void butterfly(Complex<V> (&a)[3]) {
  constexpr float s = static_cast<float>(root_of_unity(3, 1).sine);
  const auto sum = a[1] + a[2], difference = a[1] - a[2];
  const Complex<V> middle{a[0].re - sum.re * 0.5f, a[0].im - sum.im * 0.5f};
  a[0] = a[0] + sum;
  a[1] = {middle.re + difference.im * s, middle.im - difference.re * s};
  a[2] = {middle.re - difference.im * s, middle.im + difference.re * s};
}

template <class V>
[[gnu::always_inline]] inline void butterfly(Complex<V> (&a)[4]) {
  const auto s = a[0] + a[2], d = a[0] - a[2], t = a[1] + a[3], e = a[1] - a[3];
  a[0] = s + t;
  a[2] = s - t;
  a[1] = {d.re + e.im, d.im - e.re};
  a[3] = {d.re - e.im, d.im + e.re};
}

template <class V>
[[gnu::always_inline]] inline void butterfly(Complex<V> (&a)[5]) {
  constexpr auto one = root_of_unity(5, 1), two = root_of_unity(5, 2);
  constexpr float c1 = static_cast<float>(one.cosine), s1 = static_cast<float>(one.sine);
  constexpr float c2 = static_cast<float>(two.cosine), s2 = static_cast<float>(two.sine);
  const auto s = a[1] + a[4], d = a[1] - a[4], t = a[2] + a[3], e = a[2] - a[3];
  const Complex<V> p{a[0].re + s.re * c1 + t.re * c2, a[0].im + s.im * c1 + t.im * c2};
  const Complex<V> q{a[0].re + s.re * c2 + t.re * c1, a[0].im + s.im * c2 + t.im * c1};
  const Complex<V> u{d.re * s1 + e.re * s2, d.im * s1 + e.im * s2};
  const Complex<V> v{d.re * s2 - e.re * s1, d.im * s2 - e.im * s1};
  a[0] = a[0] + s + t;
  a[1] = {p.re + u.im, p.im - u.re};
  a[4] = {p.re - u.im, p.im + u.re};
  a[2] = {q.re + v.im, q.im - v.re};
  a[3] = {q.re - v.im, q.im + v.re};
}

template <class V>
[[gnu::always_inline]] inline void butterfly(Complex<V> (&a)[8]) {
  Complex<V> even[4] = {a[0], a[2], a[4], a[6]}, odd[4] = {a[1], a[3], a[5], a[7]};
  butterfly(even);
  butterfly(odd);
  unrolled<4>([&](auto k) __attribute__((always_inline)) {
    const auto turned = twisted<8, decltype(k)::value>(odd[k]);
    a[k] = even[k] + turned;
    a[k + 4] = even[k] - turned;
  });
}

/// The radix of the last stage of a complex transform of n numbers; 0 where one butterfly is the
/// whole transform.
constexpr int last_radix(int n) {
  switch (n) {
    case 6:
    case 10:
      return 2;
    case 24:
    case 48:
      return 3;
    case 12:
    case 16:
    case 20:
    case 32:
      return 4;
    case 40:
      return 5;
    case 64:
      return 8;
    default:
      return 0;
  }
}

template <class V, int N, class In, class Out>
[[gnu::always_inline]] inline void complex_transform(In in, Out out) {
  constexpr int R = last_radix(N);
  if constexpr (R == 0) {
    Complex<V> a[N];
    unrolled<N>([&](auto j) __attribute__((always_inline)) { a[j] = in(j); });
    butterfly(a);
    unrolled<N>([&](auto k) __attribute__((always_inline)) { out(k, a[k]); });
  } else {
    constexpr int B = N / R;
    Complex<V> part[R][B];
    unrolled<R>([&](auto q) __attribute__((always_inline)) {
      complex_transform<V, B>(
          [&](int j) __attribute__((always_inline)) { return in(q + R * j); },
          [&](int k, Complex<V> z) __attribute__((always_inline)) { part[q][k] = z; });
    });
    unrolled<B>([&](auto k) __attribute__((always_inline)) {
      Complex<V> a[R];
      unrolled<R>([&](auto q) __attribute__((always_inline)) {
        a[q] = twisted<N, decltype(q)::value* decltype(k)::value>(part[q][k]);
      });
      butterfly(a);
      unrolled<R>([&](auto j) __attribute__((always_inline)) { out(k + B * j, a[j]); });
    });
  }
}

/// in(j): N real samples. Calls out(0, {X[0], X[N/2]}), two real numbers, and out(k, 2 X[k]) for
/// 0 < k < N/2: the packed weights contain the factor 1/2.
template <class V, int N, class In, class Out>
[[gnu::always_inline]] inline void real_transform(In in, Out out) {
  constexpr int H = N / 2;
  static_assert(H % 2 == 0);
  Complex<V> z[H];
  complex_transform<V, H>(
      [&](int j) __attribute__((always_inline)) {
        return Complex<V>{in(2 * j), in(2 * j + 1)};
      },
      [&](int k, Complex<V> value) __attribute__((always_inline)) { z[k] = value; });
  out(0, Complex<V>{z[0].re + z[0].im, z[0].re - z[0].im});
  unrolled<H / 2 - 1>([&](auto i) __attribute__((always_inline)) {
    constexpr int k = decltype(i)::value + 1;
    const auto a = z[k], b = conjugate(z[H - k]);
    const auto even = a + b, difference = a - b;
    const auto odd = twisted<N, k>(Complex<V>{difference.im, -difference.re});
    out(k, even + odd);
    out(H - k, conjugate(even - odd));
  });
  out(H / 2, Complex<V>{z[H / 2].re + z[H / 2].re, -z[H / 2].im - z[H / 2].im});
}

/// in(0) = {X[0], X[N/2]}, in(k) = X[k], without the factor 2 of real_transform. Calls out(j, N
/// times sample j): the packed weights contain the factor 1/N.
template <class V, int N, class In, class Out>
[[gnu::always_inline]] inline void real_inverse(In in, Out out) {
  constexpr int H = N / 2;
  static_assert(H % 2 == 0);
  Complex<V> z[H];
  const Complex<V> ends = in(0), middle = in(H / 2);
  z[0] = {ends.re + ends.im, ends.re - ends.im};
  z[H / 2] = {middle.re + middle.re, -middle.im - middle.im};
  unrolled<H / 2 - 1>([&](auto i) __attribute__((always_inline)) {
    constexpr int k = decltype(i)::value + 1;
    const Complex<V> a = in(k), b = conjugate(in(H - k));
    const auto even = a + b;
    const auto odd = swapped(twisted<N, k>(swapped(a - b)));  // times w^-k
    z[k] = {even.re - odd.im, even.im + odd.re};
    z[H - k] = {even.re + odd.im, odd.re - even.im};
  });
  complex_transform<V, H>(
      [&](int k) __attribute__((always_inline)) { return swapped(z[k]); },
      [&](int j, Complex<V> value) __attribute__((always_inline)) {
        out(2 * j, value.im);
        out(2 * j + 1, value.re);
      });
}

}  // namespace convgauge::backends::fft
