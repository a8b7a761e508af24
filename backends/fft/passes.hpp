// The transform of a tile: its lines along w, then its columns along h; and the inverse.
#pragma once
#include "codelet.hpp"
#include "kernels.hpp"
#include "lines.hpp"

namespace convgauge::backends::fft {

/// The four transforms of length N. Strides in floats.
template <class Isa, int N>
struct Passes {
  static constexpr int W = Isa::width;
  using V = Vector<W>;

  static void forward_line(const float* in, std::int64_t in_stride, float* out,
                           std::int64_t out_stride) {
    real_transform<V, N>(
        [&](int j) __attribute__((always_inline)) { return load<W>(in + j * in_stride); },
        [&](int k, Complex<V> z)
            __attribute__((always_inline)) { store_complex<W>(z, out + k * out_stride); });
  }

  static void inverse_line(const float* in, std::int64_t in_stride, float* out,
                           std::int64_t out_stride) {
    real_inverse<V, N>(
        [&](int k) __attribute__((always_inline)) { return load_complex<W>(in + k * in_stride); },
        [&](int j, V v) __attribute__((always_inline)) { store<W>(v, out + j * out_stride); });
  }

  static void forward_column(const float* column, float* out, std::int64_t slot_stride) {
    complex_transform<V, N>(
        [&](int j) __attribute__((always_inline)) { return load_complex<W>(column + j * 2 * W); },
        [&](int k, Complex<V> z)
            __attribute__((always_inline)) { store_complex<W>(z, out + k * slot_stride); });
  }

  static void inverse_column(const float* in, std::int64_t slot_stride, float* column) {
    complex_transform<V, N>(
        [&](int k) __attribute__((always_inline)) {
          return swapped(load_complex<W>(in + k * slot_stride));
        },
        [&](int j, Complex<V> z)
            __attribute__((always_inline)) { store_complex<W>(swapped(z), column + j * 2 * W); });
  }

  /// Column 0 holds two real columns, bins 0 and w / 2 of the lines, side by side.
  static void forward_columns(const float* columns, int count, float* out,
                              std::int64_t slot_stride) {
    forward_line(columns, 2 * W, out, slot_stride);
    forward_line(columns + W, 2 * W, out + N / 2 * slot_stride, slot_stride);
    for (int kx = 1; kx < count; ++kx)
      forward_column(columns + kx * column_stride(N, W), out + kx * N * slot_stride, slot_stride);
  }

  static void inverse_columns(const float* in, std::int64_t slot_stride, int count,
                              float* columns) {
    inverse_line(in, slot_stride, columns, 2 * W);
    inverse_line(in + N / 2 * slot_stride, slot_stride, columns + W, 2 * W);
    for (int kx = 1; kx < count; ++kx)
      inverse_column(in + kx * N * slot_stride, slot_stride, columns + kx * column_stride(N, W));
  }
};

/// The functions of Passes for one length, as pointers whose type does not depend on the length.
struct PassTable {
  void (*forward_line)(const float*, std::int64_t, float*, std::int64_t);
  void (*inverse_line)(const float*, std::int64_t, float*, std::int64_t);
  void (*forward_columns)(const float*, int, float*, std::int64_t);
  void (*inverse_columns)(const float*, std::int64_t, int, float*);
};

template <class Isa>
struct Transforms {
  static constexpr int W = Isa::width;
  using V = Vector<W>;

  template <int N>
  static constexpr PassTable table_of() {
    using P = Passes<Isa, N>;
    return {P::forward_line, P::inverse_line, P::forward_columns, P::inverse_columns};
  }
  static constexpr PassTable tables[kTileCount] = {table_of<8>(),  table_of<12>(), table_of<16>(),
                                                   table_of<20>(), table_of<24>(), table_of<32>(),
                                                   table_of<40>(), table_of<48>(), table_of<64>()};
  static const PassTable& of(int n) {
    int i = 0;
    while (kTiles[i] != n) ++i;
    return tables[i];
  }

  static void clear_line(float* out, std::int64_t stride, int bins) {
    for (int k = 0; k < bins; ++k) store_complex<W>(Complex<V>{}, out + k * stride);
  }

  static void forward(int h, int w, const TileSource& s, float* scratch, float* out,
                      std::int64_t slot_stride) {
    const bool flat = h == 1;
    float* line = flat ? scratch : scratch + column_stride(h, W) * (w / 2);
    const PassTable& along = of(w);
    const bool direct = s.channels.whole_vectors && s.run_begin == 0 && s.run_end == w;
    const std::int64_t step = direct ? s.column_step * s.pixel_stride : W;
    const std::int64_t first = direct ? s.columns[0] * s.pixel_stride + s.channels.offset[0] : 0;
    for (int y = 0; y < h; ++y) {
      float* to = flat ? out : scratch + y * 2 * W;
      const std::int64_t stride = flat ? slot_stride : column_stride(h, W);
      if (s.rows[y] < 0) {
        clear_line(to, stride, w / 2);
        continue;
      }
      const float* row = s.image + s.rows[y] * s.row_stride;
      if (!direct) Lines<Isa>::gather(s, row, w, line);
      along.forward_line(direct ? row + first : line, step, to, stride);
    }
    if (!flat) of(h).forward_columns(scratch, w / 2, out, slot_stride);
  }

  static void inverse(int h, int w, const float* in, std::int64_t slot_stride, float* scratch,
                      const TileTarget& t) {
    const bool flat = h == 1;
    float* line = flat ? scratch : scratch + column_stride(h, W) * (w / 2);
    if (!flat) of(h).inverse_columns(in, slot_stride, w / 2, scratch);
    for (int y = 0; y < t.h; ++y) {
      const float* from = flat ? in : scratch + y * 2 * W;
      of(w).inverse_line(from, flat ? slot_stride : column_stride(h, W), line, W);
      Lines<Isa>::scatter(t, line, t.image + y * t.row_stride);
    }
  }
};

}  // namespace convgauge::backends::fft
