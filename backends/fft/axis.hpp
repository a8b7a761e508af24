// One axis of a convolution as independent correlations of step 1, and those cut into tiles.
//
//   dst[o] = sum over k of w[k] src[o s + k d - pad]                      (stride s, dilation d)
//
// Let g = gcd(s, d), D = d / g, S = s / g, L = s d / g. Outputs o = D q + c (class c of D) with
// taps k = S i + p (phase p of S) read src[L (q + i) + c s + p d - pad]: for every class and phase
// a correlation of step 1 over the samples of src that lie L apart. The phases of a class are
// summed, as input channels are; each class is a separate image. (Stride 1, dilation d: d classes.
// Dilation 1, stride s: s phases. Computing all outputs at stride 1 and dropping most of them would
// need s times the tiles for the same products and s times the inverse transforms: it is never
// cheaper.)
//
// A tile of n samples gives m = n - r + 1 outputs of r taps (overlap-save). A longer kernel is cut
// into pieces of r taps, which are summed as input channels are, too. A branch is one phase and one
// piece.
//
// Zeros are used twice. Taps that read padding at every output are dropped. And where one tile
// holds all outputs of a class, the zeros at its two ends may be the same samples, since a tile is
// cyclic: then more than n - r + 1 of its outputs are right.
#pragma once
#include <convgauge/plugin.h>

#include <cstdint>
#include <vector>

namespace convgauge::backends::fft {

struct Axis {
  cvg_axis given{};
  cvg_padding padding_mode = CVG_PADDING_ZEROS;
  std::int64_t output = 1;
  std::int64_t first_tap = 0, taps = 1;  // the taps that read the source for some output
  std::int64_t classes = 1, phases = 1;  // of D and S, those that are not empty
  std::int64_t output_step = 1;          // D
  std::int64_t tap_step = 1;             // S
  std::int64_t source_step = 1;          // L
  std::int64_t phase_taps = 1;           // of the longest phase

  std::int64_t class_outputs(std::int64_t c) const {
    return (output - c + output_step - 1) / output_step;
  }
};

Axis reduced(const cvg_axis& given, cvg_padding padding_mode);

/// How an axis is tiled. n == 1: the axis is not transformed, every output is a tile of its own.
struct Tiling {
  int n = 1;
  std::int64_t pieces = 1, piece_taps = 1, outputs = 1;  // outputs of a tile: m
  std::int64_t tiles = 1;                                // of all classes together

  bool operator==(const Tiling&) const = default;
};

/// The tiling by tiles of n samples with each phase in `pieces` pieces of ceil(phase_taps / pieces)
/// <= n taps.
Tiling tiled(const Axis& axis, int n, std::int64_t pieces);

/// The least number of pieces so that a piece fits into a tile of n samples.
std::int64_t fewest_pieces(const Axis& axis, int n);

inline std::int64_t branches(const Axis& axis, const Tiling& tiling) {
  return axis.phases * tiling.pieces;
}

/// The tap of `given` at position i of branch b; -1 where there is none.
std::int64_t tap_of(const Axis& axis, const Tiling& tiling, std::int64_t branch, std::int64_t i);

/// How many source elements of this axis can influence the rounding of one output: the host needs
/// it for its error bound. It is n where stride and dilation are 1 and the kernel is in one piece.
std::int64_t extent(const Axis& axis, const Tiling& tiling);

/// One tile of an axis: its outputs are first_output + i * output_step, i < outputs.
struct AxisTile {
  std::int64_t first_output = 0, outputs = 0;
};

/// The samples of one branch of one tile: n source indices, -1 for zero. Samples [begin, end) lie
/// in the source itself, L elements apart; the others lie in the padding.
struct AxisSamples {
  const std::int32_t* indices = nullptr;
  int begin = 0, end = 0;
};

/// Every tile of an axis, and what its branches read.
class AxisMap {
 public:
  AxisMap(const Axis& axis, const Tiling& tiling);

  std::int64_t tiles() const { return static_cast<std::int64_t>(tiles_.size()); }
  const AxisTile& tile(std::int64_t t) const { return tiles_[static_cast<std::size_t>(t)]; }
  AxisSamples samples(std::int64_t tile, std::int64_t branch) const;

 private:
  void add_samples(const Axis& axis, std::int64_t first);

  std::int64_t n_, branches_;
  std::vector<AxisTile> tiles_;
  std::vector<std::int32_t> indices_;
  std::vector<int> begin_, end_;
};

}  // namespace convgauge::backends::fft
