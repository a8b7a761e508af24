// Even kernels with unequal padding, dilations, padding modes at their limits.
#include <algorithm>

#include "planted.hpp"

namespace zoo {
namespace {

bool at_limit(const cvg_axis& a, Index limit) {
  return a.input > 2 && std::max(a.pad_before, a.pad_after) == limit;
}

constexpr Bug kEdges[] = {
    row(
        "specification",
        {"same_of_strided_begins_early", "microsoft/onnxruntime#26734",
         "strided kernels with unequal padding begin one row too far up", "padding",
         "n1c1h6w3_o1k3x1s2x1p0.1x0"},
        [](const cvg_spec& s) {
          return s.h.stride > 1 && s.h.pad_after > s.h.pad_before &&
                 s.padding_mode == CVG_PADDING_ZEROS;
        },
        [](Look& l) { ++l.h.pad_before; }),
    row(
        "specification",
        {"same_of_even_dilated_begins_late", "",
         "even dilated kernels with unequal padding begin one row too far up", "padding",
         "n1c1h7w7_o1k2x1p0.2x0d2x1"},
        [](const cvg_spec& s) {
          return s.h.kernel % 2 == 0 && s.h.dilation > 1 && s.h.pad_before != s.h.pad_after;
        },
        [](Look& l) { ++l.h.pad_before; }),
    row(
        "tiling",
        {"right_columns_of_unequal_even", "",
         "even kernels with more padding at the right: outputs that end there miss their first tap",
         "column", "n1c1h3w6_o1k1x4p0x1.2"},
        [](const cvg_spec& s) {
          return s.w.kernel % 2 == 0 && s.w.pad_after > s.w.pad_before &&
                 s.padding_mode == CVG_PADDING_ZEROS;
        },
        [](const Look& l, Window& at) {
          at.l.begin += at.left + (l.w.kernel - 1) * l.w.dilation >= l.w.input;
        }),
    row(
        "specification",
        {"dilated_taps_end_at_32", "",
         "taps that a dilation puts 32 and more columns away are dropped", "kernel|tap|dilation",
         "n1c1h1w40_o1k1x3d1x18"},
        [](const cvg_spec& s) { return (s.w.kernel - 1) * s.w.dilation >= 32 && s.w.dilation > 1; },
        [](Look& l) { l.w.kernel = std::min(l.w.kernel, 31 / l.w.dilation + 1); }),
    row(
        "tiling",
        {"depthwise_dilated_even_width", "",
         "depthwise with dilation 2 along the width: odd columns are read one to the left",
         "column", "n1c3h3w6_o3k1x3p0x2d1x2g3"},
        [](const cvg_spec& s) { return depthwise(s) && s.w.dilation == 2 && s.w.kernel > 1; },
        [](const Look&, Window& at) { at.left -= at.x % 2; }),
    row(
        "specification",
        {"reflect_at_its_limit", "kymatio/kymatio#412",
         "reflection by one less than the image takes one column less", "reflect|padding",
         "n1c1h3w4_o1k1x3p0x3_reflect"},
        [](const cvg_spec& s) {
          return s.padding_mode == CVG_PADDING_REFLECT && at_limit(s.w, s.w.input - 1);
        },
        [](Look& l) {
          l.edge_w = [](Index i, Index size, cvg_padding mode) {
            return i == 1 - size ? size - 2 : padded(i, size, mode);
          };
        }),
    row(
        "specification",
        {"circular_at_its_limit", "",
         "circular padding by the whole image leaves its outermost row zero", "circular|padding",
         "n1c1h3w3_o1k2x1p3x0_circular"},
        [](const cvg_spec& s) {
          return s.padding_mode == CVG_PADDING_CIRCULAR && at_limit(s.h, s.h.input);
        },
        [](Look& l) {
          l.edge_h = [](Index i, Index size, cvg_padding mode) {
            return i == -size || i == 2 * size - 1 ? kNothing : padded(i, size, mode);
          };
        }),
    row(
        "specification",
        {"circular_without_a_right_side", "pytorch/pytorch#24504",
         "circular padding at the left only is left out", "taken as zeros|circular|padding",
         "n1c1h3w5_o1k1x3p0x2.0_circular"},
        [](const cvg_spec& s) {
          return s.padding_mode == CVG_PADDING_CIRCULAR && s.w.pad_before > 0 && s.w.pad_after == 0;
        },
        [](Look& l) {
          l.edge_w = [](Index i, Index size, cvg_padding) {
            return padded(i, size, CVG_PADDING_ZEROS);
          };
        }),
    row(
        "specification",
        {"replicate_beyond_the_image", "",
         "replication ends at the size of the image; beyond it there are zeros",
         "replicate|padding", "n1c1h2w3_o1k3x1p3x0_replicate"},
        [](const cvg_spec& s) {
          return s.padding_mode == CVG_PADDING_REPLICATE && s.h.pad_before > s.h.input;
        },
        [](Look& l) {
          l.edge_h = [](Index i, Index size, cvg_padding mode) {
            return i < -size ? kNothing : padded(i, size, mode);
          };
        }),
    row(
        "specification",
        {"reflect_right_of_strided", "",
         "with a stride, reflection at the right replicates the last column", "reflect|replicate",
         "n1c1h3w6_o1k1x3s1x2p0x0.2_reflect"},
        [](const cvg_spec& s) {
          return s.padding_mode == CVG_PADDING_REFLECT && s.w.stride > 1 && s.w.pad_after > 0;
        },
        [](Look& l) {
          l.edge_w = [](Index i, Index size, cvg_padding mode) {
            return i < size ? padded(i, size, mode) : size - 1;
          };
        }),
};

}  // namespace
}  // namespace zoo

ZOO_EXPORT_PROVED(zoo::kEdges)
