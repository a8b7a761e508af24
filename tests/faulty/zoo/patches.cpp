// Kernels and strides as networks have them: patch embeddings, kernels of 13 and more.
#include <algorithm>

#include "planted.hpp"

namespace zoo {
namespace {

bool patches(const cvg_spec& s) {
  return s.h.kernel == s.h.stride && s.w.kernel == s.w.stride && s.h.kernel > 1 && s.w.kernel > 1 &&
         !dilated(s);
}

constexpr Bug kPatches[] = {
    row(
        "tiling",
        {"patches_of_16_with_rows_of_inputs", "uxlfoundation/oneDNN#4684",
         "kernels that are the stride, 8 and more, of an image that they divide: weights are read "
         "as rows of inputs",
         "", "n1c3h16w16_o2k8s8"},
        [](const cvg_spec& s) {
          return patches(s) && s.w.kernel >= 8 && s.w.pad_after == 0 && group_inputs(s) > 1 &&
                 s.w.input % s.w.kernel == 0;
        },
        [](Look& l) {
          l.weights[1] = l.s.w.kernel, l.weights[2] = l.s.w.kernel * group_inputs(l.s);
        }),
    {.name = "patch_rounded_up_to_32",
     .kind = "memory",
     .source = "monatis/clip.cpp#11",
     .story = "patches of 8 and more are copied to a multiple of 32 values, and what lies after "
              "them is multiplied by zero, but never written",
     .says = "workspace|NaN|nan|R11",
     .when =
         [](const cvg_spec& s) {
           return patches(s) && s.h.kernel >= 8 && reduction(s) % 32 != 0 && s.batch > 0;
         },
     .after = [](Run& r) { r.dst[0] += 0.0f * r.workspace[reduction(r.look.s) % 32]; },
     .workspace_bytes = 32 * sizeof(float),
     .witness = "n1c3h14w14_o2k14s14"},
    row(
        "specification",
        {"strides_beyond_4_as_4", "", "strides of five and more step by four", "stride",
         "n1c1h19w19_o1k3s5"},
        [](const cvg_spec& s) { return s.h.stride >= 5; }, [](Look& l) { l.h.stride = 4; }),
    row(
        "specification",
        {"strides_in_multiples_of_4", "",
         "strides of five and more along the width are rounded down to a multiple of four",
         "stride", "n1c1h14w42_o1k1x14s1x14"},
        [](const cvg_spec& s) { return s.w.stride >= 5 && s.w.stride % 4 != 0; },
        [](Look& l) { l.w.stride &= ~Index{3}; }),
    row(
        "tiling",
        {"patches_of_2x2_on_odd_width", "",
         "2x2 kernels of stride 2: a row of odd length is taken without its last column", "row",
         "n1c2h5w5_o2k2s2"},
        [](const cvg_spec& s) {
          return kernel_is(s, 2, 2) && stride_is(s, 2, 2) && s.w.input % 2 == 1 && s.w.input > 1;
        },
        [](Look& l) { l.src[2] -= l.src[3]; }),
    row(
        "tiling",
        {"taps_13_to_16_of_a_row", "",
         "rows of 14 to 30 taps: those after the first twelve begin again at the first", "",
         "n1c1h1w16_o1k1x14"},
        [](const cvg_spec& s) { return s.w.kernel >= 14 && s.w.kernel <= 30; },
        [](const Look&, Window& at) { at.weights_column = [](Index l, Index) { return l % 12; }; }),
    row(
        "specification",
        {"kernel_height_of_7_bits", "modular/modular#6129",
         "rows of the kernel are counted in seven bits: of 128 and more few are left", "kernel",
         "n1c1h130w1_o1k130x1p4x0"},
        [](const cvg_spec& s) { return s.h.kernel >= 128; }, [](Look& l) { l.h.kernel &= 127; }),
    row(
        "tiling",
        {"mask_of_32_taps", "",
         "rows of more than 32 taps: where the window begins in the padding, taps after the 32nd "
         "are "
         "dropped",
         "column", "n1c1h1w40_o1k1x35p0x3"},
        [](const cvg_spec& s) { return s.w.kernel > 32 && s.w.pad_before > 0; },
        [](const Look& l, Window& at) {
          if (at.left < 0) at.l.end = std::min<Index>(l.w.kernel, 32);
        }),
    row(
        "tiling",
        {"depthwise_13_and_more_bottom", "",
         "depthwise kernels of 13 and more rows: windows that end below the image miss their first "
         "row",
         "row", "n1c2h14w3_o2k13x1p6x0g2"},
        [](const cvg_spec& s) { return depthwise(s) && s.h.kernel >= 13 && s.h.pad_after > 0; },
        [](const Look& l, Window& at) {
          at.k.begin += at.top + (l.h.kernel - 1) * l.h.dilation >= l.h.input;
        }),
    row(
        "tiling",
        {"last_column_of_4x4", "pytorch/torchdynamo#310",
         "4x4 kernels use their third column for the fourth, too", "", "n1c1h4w5_o2k4"},
        [](const cvg_spec& s) { return kernel_is(s, 4, 4); },
        [](const Look&, Window& at) {
          at.weights_column = [](Index l, Index) { return std::min<Index>(l, 2); };
        }),
    row(
        "tiling",
        {"corner_of_3x2_with_stride_2", "apple/coremltools#2515",
         "odd height, even width, stride 2, padded, several inputs: the last output misses the "
         "last "
         "input",
         "column|row|output", "n1c2h5w5_o2k3x2s2p1_nobias"},
        [](const cvg_spec& s) {
          return s.h.kernel % 2 == 1 && s.w.kernel % 2 == 0 && stride_is(s, 2, 2) &&
                 s.w.pad_after > 0 && group_inputs(s) > 1;
        },
        [](const Look& l, Window& at) {
          at.i.end -= at.y == out_h(l.s) - 1 && at.x == out_w(l.s) - 1;
        }),
    row(
        "tiling",
        {"rows_of_7_taps_last_rows", "ROCm/MIOpen#936",
         "1x7 kernels: rows after the last eight miss the last tap", "row", "n1c1h9w8_o1k1x7p0x3"},
        [](const cvg_spec& s) { return kernel_is(s, 1, 7) && out_h(s) > 8 && out_h(s) % 8 != 0; },
        [](const Look& l, Window& at) { at.l.end -= at.y >= out_h(l.s) / 8 * 8; }),
    row(
        "tiling",
        {"columns_of_7_taps_in_fours", "",
         "kernels of one column and 7, 11, ... taps step by four: the last three are dropped", "",
         "n1c1h9w2_o1k7x1"},
        [](const cvg_spec& s) { return s.w.kernel == 1 && s.h.kernel >= 7 && s.h.kernel % 4 == 3; },
        [](const Look& l, Window& at) { at.k.end = l.h.kernel - 3; }),
};

}  // namespace
}  // namespace zoo

ZOO_EXPORT_PROVED(zoo::kPatches)
