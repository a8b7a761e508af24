// Copies lines of a tile between tensors in memory, of any layout, and rows of vectors.
#pragma once
#include "kernels.hpp"
#include "vector.hpp"

namespace convgauge::backends::fft {

template <class Isa>
struct Lines {
  static constexpr int W = Isa::width;
  using V = Vector<W>;

  /// A vector of the channels at one pixel, zero beyond `lanes`.
  [[gnu::always_inline]] static V gathered(const float* pixel, const Channels& c) {
    float lanes[W] = {};
    for (int l = 0; l < c.lanes; ++l) lanes[l] = pixel[c.offset[l]];
    return load<W>(lanes);
  }

  /// nchw: W pixels next to each other of W channels that lie apart.
  [[gnu::always_inline]] static void gather_block(const float* pixel, const Channels& c,
                                                  float* to) {
    V rows[W];
    unrolled<W>([&](auto l) __attribute__((always_inline)) {
      rows[l] = l < c.lanes ? load<W>(pixel + c.offset[l]) : V{};
    });
    transpose<W>(rows);
    unrolled<W>([&](auto x) __attribute__((always_inline)) { store<W>(rows[x], to + x * W); });
  }

  static void gather_run(const TileSource& s, const float* row, float* line) {
    int x = s.run_begin;
    const std::int64_t step = s.column_step * s.pixel_stride;
    if (x >= s.run_end) return;
    const float* pixel = row + s.columns[x] * s.pixel_stride;
    if (s.channels.whole_vectors) {
      for (; x < s.run_end; ++x, pixel += step)
        store<W>(load<W>(pixel + s.channels.offset[0]), line + x * W);
      return;
    }
    if (step == 1)
      for (; x + W <= s.run_end; x += W, pixel += W) gather_block(pixel, s.channels, line + x * W);
    for (; x < s.run_end; ++x, pixel += step) store<W>(gathered(pixel, s.channels), line + x * W);
  }

  [[gnu::always_inline]] static void gather_outside(const TileSource& s, const float* row,
                                                    int begin, int end, float* line) {
    for (int x = begin; x < end; ++x)
      store<W>(s.columns[x] < 0 ? V{} : gathered(row + s.columns[x] * s.pixel_stride, s.channels),
               line + x * W);
  }

  /// One row of the tile as `w` vectors.
  static void gather(const TileSource& s, const float* row, int w, float* line) {
    gather_outside(s, row, 0, s.run_begin, line);
    gather_run(s, row, line);
    gather_outside(s, row, s.run_end, w, line);
  }

  [[gnu::always_inline]] static void scattered(V v, float* pixel, const Channels& c) {
    float lanes[W];
    store<W>(v, lanes);
    for (int l = 0; l < c.lanes; ++l) pixel[c.offset[l]] = lanes[l];
  }

  [[gnu::always_inline]] static void scatter_block(const float* from, V bias, float* pixel,
                                                   const Channels& c) {
    V rows[W];
    unrolled<W>([&](auto x)
                    __attribute__((always_inline)) { rows[x] = load<W>(from + x * W) + bias; });
    transpose<W>(rows);
    unrolled<W>([&](auto l) __attribute__((always_inline)) {
      if (l < c.lanes) store<W>(rows[l], pixel + c.offset[l]);
    });
  }

  /// The first t.w vectors of a line, plus bias, as row `row` of the result.
  static void scatter(const TileTarget& t, const float* line, float* row) {
    const V bias = load<W>(t.bias);
    const Channels& c = t.channels;
    float* pixel = row;
    int x = 0;
    if (c.whole_vectors) {
      for (; x < t.w; ++x, pixel += t.pixel_stride)
        store<W>(load<W>(line + x * W) + bias, pixel + c.offset[0]);
      return;
    }
    if (t.pixel_stride == 1)
      for (; x + W <= t.w; x += W, pixel += W) scatter_block(line + x * W, bias, pixel, c);
    for (; x < t.w; ++x, pixel += t.pixel_stride) scattered(load<W>(line + x * W) + bias, pixel, c);
  }
};

}  // namespace convgauge::backends::fft
