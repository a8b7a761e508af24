// What the arithmetic of one instruction set offers to the logic above it: a table of functions on
// plain structs.
//
// A spectrum of a tile of h x w real samples is h * w / 2 slots of two vectors each, W channels in
// the lanes. Slot kx * h + ky holds X[ky][kx] for 0 < kx < w / 2. The columns kx = 0 and w / 2 come
// from real rows, and are half each: slot ky holds X[ky][0], slot h / 2 + ky holds X[ky][w / 2]; of
// these, slots 0 and h / 2 hold two real numbers each: (X[0][0], X[h/2][0]) and (X[0][w/2],
// X[h/2][w/2]). With h == 1 only slot 0 is such a pair: (X[0], X[w/2]).
#pragma once
#include <cstdint>

namespace convgauge::backends::fft {

constexpr int kMaxWidth = 16;  // lanes of the widest instruction set
constexpr int kTiles[] = {8, 12, 16, 20, 24, 32, 40, 48, 64};
constexpr int kTileCount = sizeof kTiles / sizeof *kTiles;

constexpr std::int64_t slot_count(int h, int w) {
  return static_cast<std::int64_t>(h) * w / 2;
}
/// Whether slot s is a pair of real numbers.
constexpr bool is_pair(int h, std::int64_t s) {
  return s == 0 || (h > 1 && s == h / 2);
}

/// Where the W channels of a vector lie in a tensor in memory: channel l at offset[l], `lanes` of
/// them.
struct Channels {
  std::int64_t offset[kMaxWidth] = {};
  int lanes = 0;
  // One vector at offset[0] has them all, and may be read and written as a whole.
  bool whole_vectors = false;
};

/// The samples of one tile: sample (y, x) is at image[rows[y] * row_stride + columns[x] *
/// pixel_stride], and zero where either index is negative. Columns [run_begin, run_end) lie
/// column_step apart.
struct TileSource {
  const float* image = nullptr;
  Channels channels;
  const std::int32_t *rows = nullptr, *columns = nullptr;
  std::int64_t row_stride = 0, pixel_stride = 0;
  int run_begin = 0, run_end = 0;
  std::int64_t column_step = 1;
};

/// Where a tile's first h x w results go: result (y, x) to image[y * row_stride + x *
/// pixel_stride], plus bias[lane].
struct TileTarget {
  float* image = nullptr;
  Channels channels;
  int h = 0, w = 0;
  std::int64_t row_stride = 0, pixel_stride = 0;
  const float* bias = nullptr;  // a vector
};

/// out[vector][slot][tile][lane] = sum over k of in[slot][tile][k] *
/// weights[vector][slot][k][lane], complex. k goes through blocks of W lanes, the real parts of
/// which stand before the imaginary ones; only block_lanes[b] of block b are there, in `in` and in
/// `weights`.
struct Product {
  const float* in = nullptr;
  std::int64_t in_slot = 0, in_tile = 0;  // strides in floats
  const float* weights = nullptr;
  std::int64_t weight_slot = 0, weight_vector = 0;
  float* out = nullptr;
  std::int64_t out_slot = 0, out_vector = 0;  // a tile is two vectors of lanes further
  int vectors = 1;                            // of output channels
  int tiles = 0, blocks = 0;
  const std::int32_t* block_lanes = nullptr;
  std::int64_t slots = 0;
  int tile_h = 0;
};

/// out[slot][lane] = sum over k of in[slot][k][lane] * weights[slot][k][lane], complex; all
/// contiguous.
struct LaneProduct {
  const float *in = nullptr, *weights = nullptr;
  float* out = nullptr;
  int k = 0;
  std::int64_t slots = 0;
  int tile_h = 0;
};

struct Kernels {
  const char* name;
  int width;
  int tile_rows;  // tiles of one register block of `multiply`
  /// out + s * slot_stride: slot s, doubled where it is no pair. Two axes: h, w in kTiles, h may be
  /// 1. Scratch: see scratch_floats.
  void (*forward)(int h, int w, const TileSource& source, float* scratch, float* out,
                  std::int64_t slot_stride);
  /// The inverse of `forward`, h * w times too large where slots that are no pairs are halved
  /// before.
  void (*inverse)(int h, int w, const float* in, std::int64_t slot_stride, float* scratch,
                  const TileTarget& target);
  void (*multiply)(const Product&);
  void (*multiply_lanes)(const LaneProduct&);
};

/// Columns of a tile lie one vector pair further apart than they are long: a power of two would put
/// them all in one set of the cache.
constexpr std::int64_t column_stride(int h, int width) {
  return static_cast<std::int64_t>(h + 1) * 2 * width;
}
/// Half-transformed columns, and one line of samples.
constexpr std::int64_t scratch_floats(int h, int w, int width) {
  return (h > 1 ? column_stride(h, width) * (w / 2) : 0) + static_cast<std::int64_t>(w) * width;
}

}  // namespace convgauge::backends::fft
