// The table of kernels of one instruction set: they do all arithmetic of the timed part. The logic
// around them (execution.cpp and what it includes) is compiled once and calls them through this
// table.
//
// All pointers are to floats and all steps count floats. A "pixel" is `width` floats: that many
// channels of one position.
#pragma once
#include <cstdint>

#include "../common/instruction_set.hpp"
#include "points.hpp"

namespace convgauge::backends::winograd {

/// `rows` x `count` transforms of one axis: transform i of row r reads the pixels at in + r in_row
/// + i in_next + k in_step and writes those at out + r out_row + i out_next + k out_step. An
/// inverse transform writes only the first `kept` elements.
struct Sweep {
  const float* in;
  std::int64_t in_step, in_next, in_row;
  float* out;
  std::int64_t out_step, out_next, out_row;
  std::int64_t count, rows = 1;
  std::int64_t kept = kMaxPoints;
};

/// The rows that transforms of columns read: element k of column i lies at at[k] + i next[k]. For a
/// row of padding zeros, at[k] is one pixel of zeros and next[k] is 0.
struct Rows {
  const float* at[kMaxPoints];
  std::int64_t next[kMaxPoints];
};

/// `count` transforms of columns: transform i writes the pixels at out + i out_next + k out_step.
struct ColumnSweep {
  Rows in;
  float* out;
  std::int64_t out_step, out_next;
  std::int64_t count;
};

struct Product;

constexpr std::int64_t divided_up(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

struct Kernels {
  InstructionSet set = InstructionSet::portable;
  int width = 0;  // floats of a vector, and channels of a pixel
  // Tiles that the micro-kernel multiplies at once; a panel is 2 * width output channels.
  int rows = 0;

  /// forward[n], columns[n]: B of n points. inverse[m][n]: A, plus the pixel `bias` in every
  /// output. An entry is null where no F(m, r) here has this n, or m and n.
  using Forward = void (*)(const Sweep&);
  using Columns = void (*)(const ColumnSweep&);
  using Inverse = void (*)(const Sweep&, const float* bias);
  Forward forward[kMaxPoints + 1] = {};
  Columns columns[kMaxPoints + 1] = {};
  Inverse inverse[kMaxPoints][kMaxPoints + 1] = {};

  void (*multiply)(const Product&) = nullptr;

  /// pixels[i][c] = planes[c * plane_step + i], i < count, c < channels <= width; the other lanes
  /// are zero. Of each plane `readable` floats may be read, at least `count`.
  void (*gather_planes)(const float* planes, std::int64_t plane_step, std::int64_t channels,
                        std::int64_t count, std::int64_t readable, float* pixels) = nullptr;
  /// planes[c * plane_step + i] = pixels[i][c]
  void (*scatter_planes)(const float* pixels, std::int64_t plane_step, std::int64_t channels,
                         std::int64_t count, float* planes) = nullptr;
};

/// m[half][tile] = sum over images and c of v[image][c / width][tile][c % width] *
/// u[image][c][half]. Dimensions without a stride below are contiguous. Both halves together are
/// the 2 * width output channels of a panel: each entry of m and u is a pixel.
struct Product {
  const float* v;
  std::int64_t v_block, v_image;  // to the next pixel of a tile, to the next image
  const float* u;
  float* m;
  std::int64_t m_half;
  std::int64_t tiles, images, depth;  // depth: of one image
};

const Kernels& kernels_portable();
const Kernels& kernels_avx2();
const Kernels& kernels_avx512();

}  // namespace convgauge::backends::winograd
