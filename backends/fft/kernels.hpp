// The kernels of one instruction set: a table of functions on plain structs.
//
// The spectrum of a tile of h x w real samples has h * w / 2 slots. A slot is two vectors of W
// lanes (the width of the instruction set's vectors, in floats), with a channel in each lane: the
// real parts of one frequency, then its imaginary parts. Slot kx * h + ky holds X[ky][kx] for
// 0 < kx < w / 2. The columns kx = 0 and kx = w / 2 are transforms of real numbers, so that half of
// each is enough: for 0 < ky < h / 2 slot ky holds X[ky][0], and slot h / 2 + ky holds
// X[ky][w / 2]. Slots 0 and h / 2 are pairs, which hold two real numbers instead of a complex one:
// (X[0][0], X[h/2][0]) and (X[0][w/2], X[h/2][w/2]). With h == 1 only slot 0 is a pair:
// (X[0], X[w/2]).
#pragma once
#include <cstdint>

namespace convgauge::backends::fft {

constexpr int kMaxWidth = 16;  // lanes of the widest instruction set
constexpr int kTiles[] = {8, 12, 16, 20, 24, 32, 40, 48, 64};
constexpr int kTileCount = sizeof kTiles / sizeof *kTiles;

constexpr std::int64_t slot_count(int h, int w) {
  return static_cast<std::int64_t>(h) * w / 2;
}
/// Whether slot s holds a pair of real numbers.
constexpr bool is_pair(int h, std::int64_t s) {
  return s == 0 || (h > 1 && s == h / 2);
}

/// Where the channels of a vector lie in a tensor in memory: channel l at offset[l], for l <
/// `lanes`. The other lanes have no channel.
struct Channels {
  std::int64_t offset[kMaxWidth] = {};
  int lanes = 0;
  // All channels lie in one vector at offset[0], which may be read or written as a whole.
  bool whole_vectors = false;
};

/// The samples of one tile: sample (y, x) is at image[rows[y] * row_stride + columns[x] *
/// pixel_stride], and zero where either index is negative. In columns [run_begin, run_end) the
/// indices increase by column_step.
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
  const float* bias = nullptr;  // one for each lane
};

/// out[vector][slot][tile][lane] = sum over k of in[slot][tile][k] *
/// weights[vector][slot][k][lane], complex. k is divided into blocks of up to W channels; block b
/// has block_lanes[b] of them. In `in` each block has W real parts, then W imaginary parts;
/// `weights` has only the k that exist.
struct Product {
  const float* in = nullptr;
  std::int64_t in_slot = 0, in_tile = 0;  // strides in floats
  const float* weights = nullptr;
  std::int64_t weight_slot = 0, weight_vector = 0;
  float* out = nullptr;
  std::int64_t out_slot = 0, out_vector = 0;  // the next tile is two vectors of lanes further
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
  /// Writes slot s, doubled where it is no pair, to out + s * slot_stride. h and w are in kTiles; h
  /// may also be 1. `scratch` has scratch_floats().
  void (*forward)(int h, int w, const TileSource& source, float* scratch, float* out,
                  std::int64_t slot_stride);
  /// The inverse of `forward`. It expects slots that are not doubled, and its results are h * w
  /// times too large.
  void (*inverse)(int h, int w, const float* in, std::int64_t slot_stride, float* scratch,
                  const TileTarget& target);
  void (*multiply)(const Product&);
  void (*multiply_lanes)(const LaneProduct&);
};

/// The distance of a tile's columns in scratch, in floats: one slot more than a column has, because
/// columns that are a power of two apart would all fall into the same set of the cache.
constexpr std::int64_t column_stride(int h, int width) {
  return static_cast<std::int64_t>(h + 1) * 2 * width;
}
/// Half-transformed columns, and one line of samples.
constexpr std::int64_t scratch_floats(int h, int w, int width) {
  return (h > 1 ? column_stride(h, width) * (w / 2) : 0) + static_cast<std::int64_t>(w) * width;
}

}  // namespace convgauge::backends::fft
