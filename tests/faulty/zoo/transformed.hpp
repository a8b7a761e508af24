// What the Winograd and FFT backends of the zoo have in common: which problems they take, how tiles
// are cut out of the input, and a loop over all tiles.
#pragma once
#include <algorithm>
#include <vector>

#include "planted.hpp"

namespace CVG_HIDDEN zoo {

/// How a backend goes through the tiles, with its bug: on each axis tiles are `step` outputs apart,
/// `kept` outputs of a tile are used, and it reads `size` inputs; `across` is the number of tiles
/// in a row.
struct Tiles {
  Index step_h, step_w, kept_h, kept_w, size_h, size_w, pad_h, pad_w, across;
  bool right_unchecked = false;  // columns beyond the right edge are read from the next row
};

template <class Value>
using Plane = std::vector<Value>;

/// Fills the tile whose first output is (y, x), with zeros outside the image. `end`: the end of the
/// whole input in memory.
template <class Value>
void cut(const cvg_spec& s, const Tiles& t, const float* image, const float* end, Index y, Index x,
         Plane<Value>& tile) {
  for (Index i = 0; i < t.size_h; ++i)
    for (Index j = 0; j < t.size_w; ++j) {
      const Index row = y - t.pad_h + i, column = x - t.pad_w + j;
      const float* at = image + row * s.src_strides[2] + column * s.src_strides[3];
      const bool inside = row >= 0 && row < s.h.input && column >= 0 &&
                          (column < s.w.input || (t.right_unchecked && at < end));
      tile[static_cast<std::size_t>(i * t.size_w + j)] = inside ? *at : 0.0f;
    }
}

/// Calls place(y, x) for every tile, by its row and column in the grid of tiles.
template <class Place>
void walk(const cvg_spec& s, const Tiles& t, Place place) {
  const Index down = (out_h(s) + t.kept_h - 1) / t.kept_h,
              across = (out_w(s) + t.kept_w - 1) / t.kept_w;
  for (Index tile = 0; tile < down * across; ++tile) place(tile / t.across, tile % t.across);
}

/// Refuses strides unless `strides`, and dilations unless `dilations`.
inline void refuse_unless_plain(const cvg_spec& s, bool strides, bool dilations) {
  cvg::refuse_unless(strides || stride_is(s, 1, 1), CVG_REASON_STRIDE, "stride 1 only");
  cvg::refuse_unless(dilations || !dilated(s), CVG_REASON_DILATION, "no dilation");
}

/// Refuses problems with more than `most` tiles times pairs of channels: each pair transforms its
/// tiles again, so that large problems would take too long.
inline void refuse_beyond(const cvg_spec& s, Index kept_h, Index kept_w, Index most) {
  const Index down = (out_h(s) + kept_h - 1) / kept_h, across = (out_w(s) + kept_w - 1) / kept_w;
  cvg::refuse_unless(s.batch * s.out_channels * group_inputs(s) * down * across <= most,
                     CVG_REASON_SIZE, "too many tiles for this backend");
}

}  // namespace zoo
