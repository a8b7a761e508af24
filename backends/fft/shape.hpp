// A convolution by FFT as sizes only: what is transformed, what is multiplied, how it lies in
// memory.
//
// The axis called `along` is the one of the real transforms, `across` the other: w and h, but
// swapped where w is not transformed.
//   dense: the lanes are channels of one group. Spectra V[slot][tile][branch][in block][2][W],
//          weights U[group][out block][slot][branch][in][2][W], products M[out
//          block][slot][tile][2][W] of one pass: a complex GEMM for every slot.
//   lanes: the lanes are groups (depthwise, and other groups of few channels).
//          V[slot][branch][in][2][W] of one tile, U[group block][out][slot][branch][in][2][W],
//          M[slot][2][W].
#pragma once
#include <convgauge/plugin.h>

#include <cstdint>

#include "axis.hpp"
#include "kernels.hpp"

namespace convgauge::backends::fft {

struct Shape {
  std::int64_t batch = 0, groups = 1, group_in = 1, group_out = 1;
  Axis across, along;
  bool swapped = false;
  cvg_layout layout = CVG_LAYOUT_NCHW;
};

Shape shape_of(const cvg_spec& spec, bool swapped);

/// What an algorithm leaves open, settled.
struct Cut {
  Tiling across, along;

  std::int64_t slots() const { return slot_count(across.n, along.n); }
};

/// Sizes in floats, and how work is dealt out.
struct Sizes {
  bool by_lanes = false;
  int width = 1;
  std::int64_t images = 0;      // batch x tiles
  std::int64_t branches = 1;    // of both axes
  std::int64_t in_blocks = 1;   // dense: of a group
  std::int64_t out_blocks = 1;  // dense: of a group; lanes: blocks of groups
  std::int64_t k = 1;           // products of an output at a slot: branches x group_in
  std::int64_t weight_block = 0, weights = 0, bias = 0;
  std::int64_t tile_stride = 0;  // of V, dense
  std::int64_t block_tiles = 1;  // tiles whose spectra are held at once, dense
  // Of them, tiles that one thread multiplies and transforms back at once.
  std::int64_t share_tiles = 1;
  // Out blocks that one thread multiplies at once: spectra are read once.
  std::int64_t pass_vectors = 1;
  std::int64_t product_vector = 0;         // of M, dense: from one out block of a pass to the next
  std::int64_t spectra = 0;                // V: shared if dense, else of each thread
  std::int64_t products = 0, scratch = 0;  // of each thread

  std::int64_t passes() const { return (out_blocks + pass_vectors - 1) / pass_vectors; }
  std::int64_t shares(std::int64_t tiles) const { return (tiles + share_tiles - 1) / share_tiles; }
  std::int64_t packed_floats() const { return weights + bias; }
  std::int64_t thread_floats() const { return (by_lanes ? spectra : 0) + products + scratch; }
  std::int64_t workspace_floats(int threads) const {
    return (by_lanes ? 0 : spectra) + threads * thread_floats();
  }
};

Sizes sizes_of(const Shape& shape, const Cut& cut, const Kernels& kernels, int threads);

}  // namespace convgauge::backends::fft
