// The sizes of a convolution by FFT: what is transformed, what is multiplied, how it lies in
// memory.
//
// The axis called `along` is the one of the real transforms, `across` is the other: w and h, but
// swapped where w is not transformed.
//
// In the layouts below a slot is the place of one frequency of a spectrum (kernels.hpp), a branch
// is a phase of the stride and a piece of the kernel (axis.hpp) on both axes, [2] are the real and
// the imaginary part, and W is the number of lanes of a vector; a block is W channels or groups.
//   dense: the lanes are channels of one group; a complex GEMM for every slot.
//          spectra   V[slot][tile][branch][in block][2][W]
//          weights   U[group][out block][slot][branch][in][2][W]
//          products  M[out block][slot][tile][2][W], of one pass
//   lanes: the lanes are groups (depthwise, and other groups of few channels).
//          spectra   V[slot][branch][in][2][W], of one tile
//          weights   U[group block][out][slot][branch][in][2][W]
//          products  M[slot][2][W]
// The transforms leave factors in their results (2 in most slots, h w after the inverse): the
// packed weights compensate both (weights.hpp).
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

/// How both axes are tiled: what an algorithm's name does not say, such as the number of pieces.
struct Cut {
  Tiling across, along;

  std::int64_t slots() const { return slot_count(across.n, along.n); }
};

/// Sizes in floats, and how the work is divided among threads.
struct Sizes {
  bool by_lanes = false;
  int width = 1;
  std::int64_t images = 0;      // batch x tiles
  std::int64_t branches = 1;    // of both axes
  std::int64_t in_blocks = 1;   // dense: blocks of a group's input channels
  std::int64_t out_blocks = 1;  // dense: blocks of a group's output channels; lanes: of groups
  std::int64_t k = 1;           // products in an output's sum at one slot: branches x group_in
  std::int64_t weight_block = 0, weights = 0, bias = 0;
  std::int64_t tile_stride = 0;  // dense: of V
  std::int64_t block_tiles = 1;  // dense: tiles whose spectra are kept at the same time
  // Tiles of these that one thread multiplies and transforms back at once.
  std::int64_t share_tiles = 1;
  // Out blocks that one thread multiplies in one pass, which reads the spectra once.
  std::int64_t pass_vectors = 1;
  std::int64_t product_vector = 0;         // dense: stride of M between the out blocks of a pass
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
