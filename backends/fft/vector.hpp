// What the kernels need beside the vectors of backends/common: compile-time loops and complex
// numbers.
//
// Everything here and in the other kernel headers is always inlined, or is a member of a template
// on the tag type of an instruction set (`width` lanes, `tile_rows`), so that the linker cannot
// replace a function compiled for one instruction set by that of another.
#pragma once
#include "../common/simd.hpp"

namespace convgauge::backends::fft {

/// A compile-time index: f(Index<0>{}), f(Index<1>{}) ... f(Index<N - 1>{}).
template <int I>
struct Index {
  static constexpr int value = I;
  constexpr operator int() const { return I; }
};

template <int N, int I = 0, class F>
[[gnu::always_inline]] inline constexpr void unrolled(F&& f) {
  if constexpr (I < N) {
    f(Index<I>{});
    unrolled<N, I + 1>(f);
  }
}

template <class V>
struct Complex {
  V re, im;
};

template <class V>
[[gnu::always_inline]] inline Complex<V> operator+(Complex<V> a, Complex<V> b) {
  return {a.re + b.re, a.im + b.im};
}
template <class V>
[[gnu::always_inline]] inline Complex<V> operator-(Complex<V> a, Complex<V> b) {
  return {a.re - b.re, a.im - b.im};
}
template <class V>
[[gnu::always_inline]] inline Complex<V> conjugate(Complex<V> a) {
  return {a.re, -a.im};
}
/// Exchanges the real and the imaginary part: i times the conjugate. A forward transform between
/// two such exchanges is the inverse transform, and they cost nothing.
template <class V>
[[gnu::always_inline]] inline Complex<V> swapped(Complex<V> a) {
  return {a.im, a.re};
}

template <int W>
[[gnu::always_inline]] inline Complex<Vector<W>> load_complex(const float* from) {
  return {load<W>(from), load<W>(from + W)};
}
template <int W>
[[gnu::always_inline]] inline void store_complex(const Complex<Vector<W>>& a, float* to) {
  store<W>(a.re, to);
  store<W>(a.im, to + W);
}

}  // namespace convgauge::backends::fft
