// Vectors of a width that is a template parameter, and the few operations that the kernels need on them.
//
// Everything here and in the other kernel headers is inlined by force or is a template on an instruction set's tag, so
// that no function compiled for one instruction set can be linked into another's place.
#pragma once
#include <utility>

namespace convgauge::backends::fft {

template <class T, int W>
struct VectorOf {
  typedef T type __attribute__((vector_size(sizeof(T) * W)));
};

/// The f32 vector of an instruction set's tag, which says `width`.
template <class Isa>
using Vector = typename VectorOf<float, Isa::width>::type;

template <class V, class T>
[[gnu::always_inline]] inline V load(const T* from) {
  V v;
  __builtin_memcpy(&v, from, sizeof v);
  return v;
}

template <class V, class T>
[[gnu::always_inline]] inline void store(T* to, V v) {
  __builtin_memcpy(to, &v, sizeof v);
}

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
/// i times the conjugate. A forward transform between two swaps is the inverse one, and swaps cost nothing.
template <class V>
[[gnu::always_inline]] inline Complex<V> swapped(Complex<V> a) {
  return {a.im, a.re};
}

template <class V>
[[gnu::always_inline]] inline Complex<V> load_complex(const float* from) {
  return {load<V>(from), load<V>(from + sizeof(V) / sizeof(float))};
}
template <class V>
[[gnu::always_inline]] inline void store_complex(float* to, Complex<V> a) {
  store(to, a.re);
  store(to + sizeof(V) / sizeof(float), a.im);
}

/// One step of a transposition of rows, of which a and b are `Step` apart: where lane i has the bit Step, a takes b's
/// lane i ^ Step; where it has not, b takes a's.
template <int Step, class V, int... I>
[[gnu::always_inline]] inline void exchange(V& a, V& b, std::integer_sequence<int, I...>) {
  constexpr int W = sizeof...(I);
  const V first = __builtin_shufflevector(a, b, (I & Step ? W + (I ^ Step) : I)...);
  b = __builtin_shufflevector(a, b, (I & Step ? W + I : I ^ Step)...);
  a = first;
}

/// rows[i][j] and rows[j][i] change places.
template <int Step = 1, class V, int W>
[[gnu::always_inline]] inline void transpose(V (&rows)[W]) {
  static_assert(W == sizeof(V) / sizeof(float));
  if constexpr (Step < W) {
    unrolled<W>([&](auto i) {
      if constexpr ((decltype(i)::value & Step) == 0)
        exchange<Step>(rows[i], rows[i + Step], std::make_integer_sequence<int, W>{});
    });
    transpose<2 * Step>(rows);
  }
}

}  // namespace convgauge::backends::fft
