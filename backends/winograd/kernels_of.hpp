// Fills the table of kernels for one instruction set. It is included by one file for each set,
// which passes a type of its own, so that no two files define a function of the same name:
//   struct Isa { static constexpr InstructionSet kSet; static constexpr int kWidth, kRows; };
#pragma once
#include "cook_toom.hpp"
#include "micro_kernel.hpp"

namespace convgauge::backends::winograd {

template <class Isa, int N>
void sweep_forward(const Sweep& given) {
  constexpr int kWidth = Isa::kWidth;
  const Sweep s = given;
  for (std::int64_t row = 0; row < s.rows; ++row)
    for (std::int64_t i = 0; i < s.count; ++i) {
      const float* in = s.in + row * s.in_row + i * s.in_next;
      float* out = s.out + row * s.out_row + i * s.out_next;
      Vector<kWidth> d[N], x[N];
#pragma GCC unroll 8
      for (int k = 0; k < N; ++k) d[k] = load<kWidth>(in + k * s.in_step);
      forward<N>(d, x);
#pragma GCC unroll 8
      for (int k = 0; k < N; ++k) store<kWidth>(x[k], out + k * s.out_step);
    }
}

template <class Isa, int N>
void sweep_columns(const ColumnSweep& given) {
  constexpr int kWidth = Isa::kWidth;
  ColumnSweep s = given;
  for (std::int64_t i = 0; i < s.count; ++i, s.out += s.out_next) {
    Vector<kWidth> d[N], x[N];
#pragma GCC unroll 8
    for (int k = 0; k < N; ++k) {
      d[k] = load<kWidth>(s.in.at[k]);
      s.in.at[k] += s.in.next[k];
    }
    forward<N>(d, x);
#pragma GCC unroll 8
    for (int k = 0; k < N; ++k) store<kWidth>(x[k], s.out + k * s.out_step);
  }
}

template <class Isa, int M, int N>
void sweep_inverse(const Sweep& given, const float* bias) {
  constexpr int kWidth = Isa::kWidth;
  const Sweep s = given;
  const Vector<kWidth> start = load<kWidth>(bias);
  for (std::int64_t row = 0; row < s.rows; ++row)
    for (std::int64_t i = 0; i < s.count; ++i) {
      const float* in = s.in + row * s.in_row + i * s.in_next;
      float* out = s.out + row * s.out_row + i * s.out_next;
      Vector<kWidth> x[N], y[M];
#pragma GCC unroll 8
      for (int k = 0; k < N; ++k) x[k] = load<kWidth>(in + k * s.in_step);
      inverse<M, N>(x, start, y);
#pragma GCC unroll 8
      for (int k = 0; k < M; ++k)
        if (k < s.kept) store<kWidth>(y[k], out + k * s.out_step);
    }
}

/// Transposes squares of kWidth channels by kWidth columns. The last square, if it is not whole, is
/// moved back to overlap the one before, where there is one.
template <class Isa>
void gather_planes(const float* planes, std::int64_t plane_step, std::int64_t channels,
                   std::int64_t count, std::int64_t readable, float* pixels) {
  constexpr int kWidth = Isa::kWidth;
  for (std::int64_t i = 0; i < count; i += kWidth) {
    if (i + kWidth > count && count >= kWidth) i = count - kWidth;
    const auto columns = count - i < kWidth ? count - i : kWidth;
    Vector<kWidth> square[kWidth] = {};
    if (channels == kWidth && i + kWidth <= readable) {
#pragma GCC unroll 16
      for (int c = 0; c < kWidth; ++c) square[c] = load<kWidth>(planes + c * plane_step + i);
    } else {
#pragma GCC unroll 16
      for (int c = 0; c < kWidth; ++c)
        if (c < channels) square[c] = load_first<kWidth>(planes + c * plane_step + i, columns);
    }
    transpose<kWidth>(square);
#pragma GCC unroll 16
    for (int j = 0; j < kWidth; ++j)
      if (j < columns) store<kWidth>(square[j], pixels + (i + j) * kWidth);
  }
}

template <class Isa>
void scatter_planes(const float* pixels, std::int64_t plane_step, std::int64_t channels,
                    std::int64_t count, float* planes) {
  constexpr int kWidth = Isa::kWidth;
  for (std::int64_t i = 0; i < count; i += kWidth) {
    if (i + kWidth > count && count >= kWidth) i = count - kWidth;
    const auto columns = count - i < kWidth ? count - i : kWidth;
    Vector<kWidth> square[kWidth] = {};
#pragma GCC unroll 16
    for (int j = 0; j < kWidth; ++j)
      if (j < columns) square[j] = load<kWidth>(pixels + (i + j) * kWidth);
    transpose<kWidth>(square);
#pragma GCC unroll 16
    for (int c = 0; c < kWidth; ++c)
      if (c < channels) {
        float* to = planes + c * plane_step + i;
        columns == kWidth ? store<kWidth>(square[c], to)
                          : store_first<kWidth>(square[c], columns, to);
      }
  }
}

template <class Isa, int M, int N>
constexpr void offer(Kernels& kernels) {
  kernels.forward[N] = sweep_forward<Isa, N>;
  kernels.columns[N] = sweep_columns<Isa, N>;
  kernels.inverse[M][N] = sweep_inverse<Isa, M, N>;
}

template <class Isa>
constexpr Kernels kernels_of() {
  Kernels made;
  made.set = Isa::kSet;
  made.width = Isa::kWidth;
  made.rows = Isa::kRows;
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (offer<Isa, kAxisTransforms[I].m, kAxisTransforms[I].n()>(made), ...);
  }
  (std::make_index_sequence<kAxisTransforms.size()>{});
  made.multiply = Multiplication<Isa>::run;
  made.gather_planes = gather_planes<Isa>;
  made.scatter_planes = scatter_planes<Isa>;
  return made;
}

}  // namespace convgauge::backends::winograd
