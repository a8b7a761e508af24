// What Winograd and FFT backends of the zoo share: which problems they take, tiles cut out of the input, outputs put
// back.
#pragma once
#include <algorithm>
#include <vector>

#include "planted.hpp"

namespace [[gnu::visibility("hidden")]] zoo {

/// A walk over tiles, as read: `step` outputs a tile on each axis, `size` inputs.
struct Tiles {
  Index step_h, step_w, kept_h, kept_w, size_h, size_w, pad_h, pad_w, across;
  bool right_unchecked = false;  // columns beyond the right edge are read from the next row
};

template <class Value>
using Plane = std::vector<Value>;

/// The tile whose first output is (y, x), zeros outside of the image.
template <class Value>
void cut(const cvg_spec& s, const Tiles& t, const float* image, Index y, Index x, Plane<Value>& tile) {
  for (Index i = 0; i < t.size_h; ++i)
    for (Index j = 0; j < t.size_w; ++j) {
      const Index row = y - t.pad_h + i, column = x - t.pad_w + j;
      const bool inside = row >= 0 && row < s.h.input && column >= 0 &&
                          (column < s.w.input || (t.right_unchecked && column == s.w.input && row + 1 < s.h.input));
      tile[static_cast<std::size_t>(i * t.size_w + j)] =
          inside ? image[row * s.src_strides[2] + column * s.src_strides[3]] : 0.0f;
    }
}

/// Every tile of the output: place(y, x) computes the one whose first output that is.
template <class Place>
void walk(const cvg_spec& s, const Tiles& t, Place place) {
  const Index down = (out_h(s) + t.kept_h - 1) / t.kept_h, across = (out_w(s) + t.kept_w - 1) / t.kept_w;
  for (Index tile = 0; tile < down * across; ++tile) place(tile / t.across, tile % t.across);
}

/// Takes what is said to be taken, zeros outside.
inline void refuse_unless_plain(const cvg_spec& s, bool strides, bool dilations) {
  cvg::refuse_unless(strides || stride_is(s, 1, 1), CVG_REASON_STRIDE, "stride 1 only");
  cvg::refuse_unless(dilations || !dilated(s), CVG_REASON_DILATION, "no dilation");
}

}  // namespace gnu::visibility("hidden")]]zoo
