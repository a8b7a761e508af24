// What Winograd and FFT backends of the zoo share: which problems they take, tiles cut out of the
// input, outputs put back.
#pragma once
#include <algorithm>
#include <vector>

#include "planted.hpp"

namespace CVG_HIDDEN zoo {

/// A walk over tiles, as read: `step` outputs a tile on each axis, `size` inputs.
struct Tiles {
  Index step_h, step_w, kept_h, kept_w, size_h, size_w, pad_h, pad_w, across;
  bool right_unchecked = false;  // columns beyond the right edge are read from the next row
};

template <class Value>
using Plane = std::vector<Value>;

/// The tile whose first output is (y, x), zeros outside of the image. `end`: of the whole input.
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

/// Every tile of the output: place(y, x) computes the one whose first output that is.
template <class Place>
void walk(const cvg_spec& s, const Tiles& t, Place place) {
  const Index down = (out_h(s) + t.kept_h - 1) / t.kept_h,
              across = (out_w(s) + t.kept_w - 1) / t.kept_w;
  for (Index tile = 0; tile < down * across; ++tile) place(tile / t.across, tile % t.across);
}

/// Takes what is said to be taken, zeros outside.
inline void refuse_unless_plain(const cvg_spec& s, bool strides, bool dilations) {
  cvg::refuse_unless(strides || stride_is(s, 1, 1), CVG_REASON_STRIDE, "stride 1 only");
  cvg::refuse_unless(dilations || !dilated(s), CVG_REASON_DILATION, "no dilation");
}

/// Tiles are transformed anew for each pair of channels, so that only small problems are worth the
/// wait.
inline void refuse_beyond(const cvg_spec& s, Index kept_h, Index kept_w, Index most) {
  const Index down = (out_h(s) + kept_h - 1) / kept_h, across = (out_w(s) + kept_w - 1) / kept_w;
  cvg::refuse_unless(s.batch * s.out_channels * group_inputs(s) * down * across <= most,
                     CVG_REASON_SIZE, "too many tiles for this backend");
}

}  // namespace zoo
