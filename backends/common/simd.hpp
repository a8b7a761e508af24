// A vector of Width floats on the compiler's vector extensions: loads, stores, multiply-add,
// transposition. One source for every instruction set; which one is used is decided by the flags of
// the file that includes this.
//
// Everything is always inlined, so that no function compiled for a newer processor can be picked by
// the linker for a file compiled for an older one. Vectors are passed by reference only: their
// calling convention depends on the flags.
#pragma once
#include <cstdint>
#include <cstring>
#include <utility>

#define CONVGAUGE_INLINE [[gnu::always_inline]] inline

namespace convgauge::backends {

template <int Width>
struct VectorType {
  typedef float type __attribute__((vector_size(Width * sizeof(float))));
};

/// Width floats, Width a power of two, at least 4; + - * / work lane by lane, a scalar factor is
/// broadcast.
template <int Width>
using Vector = typename VectorType<Width>::type;

/// `from` needs no alignment; the compiler makes this one unaligned load.
template <int Width>
CONVGAUGE_INLINE Vector<Width> load(const float* from) {
  Vector<Width> v;
  std::memcpy(&v, from, sizeof v);
  return v;
}
template <int Width>
CONVGAUGE_INLINE void store(const Vector<Width>& v, float* to) {
  std::memcpy(to, &v, sizeof v);
}

template <int Width>
CONVGAUGE_INLINE Vector<Width> broadcast(float x) {
  return x - Vector<Width>{};  // not 0 + x, which would turn -0 into +0
}

/// Copies the first `count` of Width floats, in at most log2(Width) pieces.
template <int Width>
CONVGAUGE_INLINE void copy_first(const float* from, std::int64_t count, float* to) {
  if constexpr (Width > 0) {
    if (count >= Width) {
      std::memcpy(to, from, Width * sizeof(float));
      from += Width, to += Width, count -= Width;
    }
    copy_first<Width / 2>(from, count, to);
  }
}

/// The first `count` lanes, zero in the others; reads nothing beyond them.
template <int Width>
CONVGAUGE_INLINE Vector<Width> load_first(const float* from, std::int64_t count) {
  float lanes[Width] = {};
  copy_first<Width>(from, count, lanes);
  return load<Width>(lanes);
}
template <int Width>
CONVGAUGE_INLINE void store_first(const Vector<Width>& v, std::int64_t count, float* to) {
  float lanes[Width];
  store<Width>(v, lanes);
  copy_first<Width>(lanes, count, to);
}

/// a * b + c: one rounding where the file is compiled with FMA and -ffp-contract=fast, two
/// elsewhere.
template <class V>
CONVGAUGE_INLINE V multiply_add(const V& a, const V& b, const V& c) {
  return a * b + c;
}

namespace transposition {

/// Which lane of (a, b) goes to lane `l` of the result in one step of a transposition; the lanes of
/// b are counted from Width. Steps 1 and 2 interleave inside 128 bits, as x86 does in one
/// instruction; the others swap 128-bit blocks that lie `step` lanes apart.
template <int Width>
constexpr int source(int step, bool upper, int l) {
  const int block = l & ~3, in_block = l & 3;
  if (step == 1) return block + (upper ? 2 : 0) + (in_block >> 1) + (in_block & 1) * Width;
  if (step == 2) return block + (upper ? 2 : 0) + (in_block & 1) + (in_block >> 1) * Width;
  const bool from_second = (l & step) != 0;
  return from_second ? (upper ? l : l - step) + Width : (upper ? l + step : l);
}

template <int Width, int Step, bool Upper, int... Lane>
CONVGAUGE_INLINE Vector<Width> mixed(const Vector<Width>& a, const Vector<Width>& b,
                                     std::integer_sequence<int, Lane...>) {
  return __builtin_shufflevector(a, b, source<Width>(Step, Upper, Lane)...);
}

/// One step, for all pairs of rows that are `Step` apart.
template <int Width, int Step>
CONVGAUGE_INLINE void mix(Vector<Width> (&rows)[Width]) {
  constexpr auto kLanes = std::make_integer_sequence<int, Width>{};
#pragma GCC unroll 16
  for (int i = 0; i < Width; ++i)
    if ((i & Step) == 0) {
      const Vector<Width> a = rows[i], b = rows[i + Step];
      rows[i] = mixed<Width, Step, false>(a, b, kLanes);
      rows[i + Step] = mixed<Width, Step, true>(a, b, kLanes);
    }
}

}  // namespace transposition

/// Exchanges rows[i][j] and rows[j][i] for all i, j.
template <int Width>
CONVGAUGE_INLINE void transpose(Vector<Width> (&rows)[Width]) {
  static_assert(Width == 4 || Width == 8 || Width == 16);
  transposition::mix<Width, 1>(rows);
  transposition::mix<Width, 2>(rows);
  // Two interleavings inside 128 bits leave rows 1 and 2 of every four exchanged.
#pragma GCC unroll 16
  for (int i = 0; i < Width; i += 4) {
    const Vector<Width> kept = rows[i + 1];
    rows[i + 1] = rows[i + 2];
    rows[i + 2] = kept;
  }
  if constexpr (Width >= 8) transposition::mix<Width, 4>(rows);
  if constexpr (Width >= 16) transposition::mix<Width, 8>(rows);
}

}  // namespace convgauge::backends
