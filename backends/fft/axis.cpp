#include "axis.hpp"

#include <algorithm>
#include <numeric>

namespace convgauge::backends::fft {
namespace {

std::int64_t divided_up(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

std::int64_t padded_end(const cvg_axis& a) {
  return a.input + a.pad_after;
}

/// The source element that is read at index x, which may lie in the padding; -1 for zero, and
/// beyond the padding, where no output reads.
std::int32_t source_index(const Axis& axis, std::int64_t x) {
  const cvg_axis& a = axis.given;
  if (0 <= x && x < a.input) return static_cast<std::int32_t>(x);
  if (x < -a.pad_before || x >= padded_end(a)) return -1;
  switch (axis.padding_mode) {
    case CVG_PADDING_REFLECT:
      return static_cast<std::int32_t>(x < 0 ? -x : 2 * (a.input - 1) - x);
    case CVG_PADDING_REPLICATE:
      return static_cast<std::int32_t>(x < 0 ? 0 : a.input - 1);
    case CVG_PADDING_CIRCULAR:
      return static_cast<std::int32_t>(x < 0 ? x + a.input : x - a.input);
    default:
      return -1;
  }
}

/// The source index of sample 0 of a tile whose first output is `output`, in branch b.
std::int64_t first_sample(const Axis& axis, const Tiling& tiling, std::int64_t output,
                          std::int64_t branch) {
  const auto phase = branch / tiling.pieces, piece = branch % tiling.pieces;
  return output * axis.given.stride + (axis.first_tap + phase) * axis.given.dilation +
         piece * tiling.piece_taps * axis.source_step - axis.given.pad_before;
}

/// Whether tap k reads the source, not padding, for some output.
bool is_read(const Axis& axis, std::int64_t k) {
  const cvg_axis& a = axis.given;
  for (std::int64_t o = 0; o < axis.output; ++o)
    if (const auto x = o * a.stride + k * a.dilation - a.pad_before; 0 <= x && x < a.input)
      return true;
  return false;
}

/// Whether one tile of n samples computes all outputs of a class though n < outputs + taps - 1. A
/// tile is cyclic, so sample n + j is read as sample j: that is right where both are zero.
bool ends_share_zeros(const Axis& axis, const Tiling& tiling, std::int64_t outputs) {
  if (axis.padding_mode != CVG_PADDING_ZEROS || outputs > tiling.n) return false;
  for (std::int64_t c = 0; c < axis.classes; ++c)
    for (std::int64_t branch = 0; branch < axis.phases; ++branch) {
      const auto first = first_sample(axis, tiling, c, branch);
      const auto is_zero = [&](std::int64_t j) {
        return source_index(axis, first + j * axis.source_step) < 0;
      };
      for (std::int64_t j = tiling.n; j < outputs + tiling.piece_taps - 1; ++j)
        if (!is_zero(j) || !is_zero(j - tiling.n)) return false;
    }
  return true;
}

}  // namespace

Axis reduced(const cvg_axis& given, cvg_padding padding_mode) {
  Axis axis{.given = given, .padding_mode = padding_mode};
  axis.output =
      (given.pad_before + given.input + given.pad_after - given.dilation * (given.kernel - 1) - 1) /
          given.stride +
      1;
  std::int64_t last = given.kernel - 1;
  if (padding_mode == CVG_PADDING_ZEROS) {
    while (axis.first_tap < last && !is_read(axis, axis.first_tap)) ++axis.first_tap;
    while (last > axis.first_tap && !is_read(axis, last)) --last;
  }
  axis.taps = last - axis.first_tap + 1;
  const auto common = std::gcd(given.stride, given.dilation);
  axis.output_step = given.dilation / common;
  axis.tap_step = given.stride / common;
  axis.source_step = axis.tap_step * given.dilation;
  axis.classes = std::min(axis.output_step, axis.output);
  axis.phases = std::min(axis.tap_step, axis.taps);
  axis.phase_taps = divided_up(axis.taps, axis.tap_step);
  return axis;
}

std::int64_t fewest_pieces(const Axis& axis, int n) {
  return divided_up(axis.phase_taps, n);
}

Tiling tiled(const Axis& axis, int n, std::int64_t pieces) {
  Tiling t{.n = n, .pieces = pieces, .piece_taps = divided_up(axis.phase_taps, pieces)};
  t.pieces = divided_up(axis.phase_taps, t.piece_taps);
  t.outputs = n - t.piece_taps + 1;
  const auto most = axis.class_outputs(0);
  if (t.outputs >= most || (n > 1 && t.pieces == 1 && ends_share_zeros(axis, t, most)))
    t.outputs = most;
  t.tiles = 0;
  for (std::int64_t c = 0; c < axis.classes; ++c)
    t.tiles += divided_up(axis.class_outputs(c), t.outputs);
  return t;
}

std::int64_t tap_of(const Axis& axis, const Tiling& tiling, std::int64_t branch, std::int64_t i) {
  const auto phase = branch / tiling.pieces, piece = branch % tiling.pieces;
  const auto tap = axis.tap_step * (piece * tiling.piece_taps + i) + phase;
  return i < tiling.piece_taps && tap < axis.taps ? axis.first_tap + tap : -1;
}

std::int64_t extent(const Axis& axis, const Tiling& tiling) {
  if (tiling.n == 1) return 1;
  return (tiling.n + (tiling.pieces - 1) * tiling.piece_taps) * axis.source_step +
         (axis.given.kernel - axis.taps) * axis.given.dilation;
}

AxisMap::AxisMap(const Axis& axis, const Tiling& tiling)
    : n_(tiling.n), branches_(branches(axis, tiling)) {
  for (std::int64_t c = 0; c < axis.classes; ++c)
    for (std::int64_t q = 0; q < axis.class_outputs(c); q += tiling.outputs) {
      tiles_.push_back(
          {axis.output_step * q + c, std::min(tiling.outputs, axis.class_outputs(c) - q)});
      for (std::int64_t b = 0; b < branches_; ++b)
        add_samples(axis, first_sample(axis, tiling, tiles_.back().first_output, b));
    }
}

void AxisMap::add_samples(const Axis& axis, std::int64_t first) {
  int begin = 0, end = 0;
  for (int j = 0; j < n_; ++j) {
    const auto x = first + j * axis.source_step;
    indices_.push_back(source_index(axis, x));
    if (x < 0) begin = end = j + 1;
    if (0 <= x && x < axis.given.input) end = j + 1;
  }
  begin_.push_back(begin);
  end_.push_back(end);
}

AxisSamples AxisMap::samples(std::int64_t tile, std::int64_t branch) const {
  const auto at = static_cast<std::size_t>(tile * branches_ + branch);
  return {indices_.data() + at * static_cast<std::size_t>(n_), begin_[at], end_[at]};
}

}  // namespace convgauge::backends::fft
