// Padding misread under some parameters.
#include <algorithm>
#include <utility>

#include "planted.hpp"

namespace zoo {
namespace {

bool reflects(const cvg_spec& s) {
  return s.padding_mode == CVG_PADDING_REFLECT && padded_somewhere(s);
}
bool wraps(const cvg_spec& s) {
  return s.padding_mode == CVG_PADDING_CIRCULAR && padded_somewhere(s);
}
bool replicates(const cvg_spec& s) {
  return s.padding_mode == CVG_PADDING_REPLICATE && padded_somewhere(s);
}
Index unchecked(Index i, Index, std::int32_t) {
  return i;
}
Index symmetric(Index i, Index size, std::int32_t) {
  return i < 0 ? std::min(-1 - i, size - 1) : i < size ? i : std::max<Index>(2 * size - 1 - i, 0);
}

constexpr Bug kPadding[] = {
    {"padding_h_for_w", "specification", "deeplearning4j/deeplearning4j#8320",
     "the padding of the top is used at the left where they differ",
     "padding_h used for both|padding_h and padding_w swapped",
     [](const cvg_spec& s) {
       return s.h.pad_before != s.w.pad_before && s.padding_mode == CVG_PADDING_ZEROS;
     },
     [](Look& l) { l.w.pad_before = l.h.pad_before; }},
    {"padding_top_bottom_swapped", "specification", "microsoft/nnfusion#192",
     "top and bottom are swapped where they differ",
     "padding_h sides swapped|padding sides swapped",
     [](const cvg_spec& s) { return s.h.pad_before != s.h.pad_after; },
     [](Look& l) { l.h.pad_before = l.h.pad_after; }},
    {"padding_left_of_right_strided", "specification", "google/XNNPACK#958",
     "with strides the padding of the right is put at the left",
     "padding_w sides swapped|padding sides swapped",
     [](const cvg_spec& s) { return s.w.pad_before != s.w.pad_after && s.w.stride > 1; },
     [](Look& l) { l.w.pad_before = l.w.pad_after; }},
    {"padding_averaged", "specification", "microsoft/CNTK#1862",
     "unequal sides are averaged: the library below takes one number an axis",
     "padding split evenly|padding_[hw] shifted|padding shifted|sides swapped", asymmetric,
     [](Look& l) {
       l.h.pad_before = (l.h.pad_before + l.h.pad_after) / 2;
       l.w.pad_before = (l.w.pad_before + l.w.pad_after) / 2;
     }},
    {"same_larger_half_first", "specification", "",
     "'same' of an even kernel puts the larger half at the top and left",
     "larger half before|sides swapped|padding shifted",
     [](const cvg_spec& s) { return s.h.kernel % 2 == 0 && s.h.pad_after == s.h.pad_before + 1; },
     [](Look& l) {
       std::swap(l.h.pad_before, l.h.pad_after), std::swap(l.w.pad_before, l.w.pad_after);
     }},
    {"padding_order_of_onnx", "specification", "",
     "four paddings are read as top, left, bottom, right", "top, left, bottom, right|padding",
     asymmetric, [](Look& l) { l.w.pad_before = l.h.pad_after; }},
    {"padding_forced_to_1", "specification", "apache/tvm#4260",
     "3x3 kernels of stride 1 are padded by 1, whatever is asked for", "\"same\"|padding",
     [](const cvg_spec& s) { return kernel_is(s, 3, 3) && stride_is(s, 1, 1) && !dilated(s); },
     [](Look& l) { l.h.pad_before = l.w.pad_before = 1; }},
    {"padding_of_dilated_short", "specification", "",
     "a dilated kernel's padding is divided by its dilation", "padding",
     [](const cvg_spec& s) { return s.h.dilation > 1 && s.h.pad_before > 1; },
     [](Look& l) { l.h.pad_before /= l.h.dilation; }},
    {"padding_at_the_end_only", "specification", "Tencent/ncnn#1111",
     "3x3 images are padded at the bottom and right only, up to a multiple of 4",
     "padding ignored|padding_[hw] taken as 0",
     [](const cvg_spec& s) {
       return kernel_is(s, 3, 3) && stride_is(s, 1, 1) && out_w(s) % 4 != 0;
     },
     [](Look& l) { l.h.pad_before = l.w.pad_before = 0; }},
    {"full_padding_capped", "specification", "",
     "paddings of more than half the kernel are cut to half of it", "padding",
     [](const cvg_spec& s) { return s.h.kernel > 1 && s.h.pad_before > s.h.kernel / 2; },
     [](Look& l) { l.h.pad_before = std::min(l.h.pad_before, l.h.kernel / 2); }},
    {"bounds_of_height_for_width", "specification", "BVLC/caffe#298",
     "columns are checked against the height, where the image is wider than high", "height",
     [](const cvg_spec& s) { return s.w.input > s.h.input && s.padding_mode == CVG_PADDING_ZEROS; },
     [](Look& l) { l.w.input = l.h.input; }},
    {"left_padding_unchecked", "specification", "modular/modular#6712",
     "columns from the sixth on are taken to need no check at the left", "neighbouring rows|src",
     [](const cvg_spec& s) {
       return s.w.pad_before > 6 * s.w.stride && s.padding_mode == CVG_PADDING_ZEROS;
     },
     nullptr, [](const Look&, Window& at) { at.left_unchecked = at.x >= 6; }},
    {"bottom_padding_unchecked", "specification", "modular/modular#6461",
     "the first row below the image is read, not padded, in all channels",
     "neighbouring planes|src",
     [](const cvg_spec& s) { return s.h.pad_after > 0 && s.padding_mode == CVG_PADDING_ZEROS; },
     [](Look& l) {
       l.edge_h = [](Index i, Index size, std::int32_t) {
         return i < 0 || i > size ? kNothing : i;
       };
     }},
    {"right_padding_of_next_row", "specification", "",
     "columns beyond the right edge continue in the next row where the stride is 2",
     "neighbouring rows|src",
     [](const cvg_spec& s) {
       return s.w.stride == 2 && s.w.pad_after > 0 && s.padding_mode == CVG_PADDING_ZEROS;
     },
     [](Look& l) { l.edge_w = [](Index i, Index, std::int32_t) { return i < 0 ? kNothing : i; }; }},
    {"circular_axes_swapped", "specification", "pytorch/pytorch#37844",
     "circular padding of the height goes to the width and the other way round",
     "padding_h and padding_w swapped",
     [](const cvg_spec& s) { return wraps(s) && s.h.pad_before != s.w.pad_before; },
     [](Look& l) { std::swap(l.h.pad_before, l.w.pad_before); }},
    {"circular_as_zeros", "specification", "pytorch/pytorch#29712",
     "circular padding is taken as zeros", "padding_mode taken as zeros", wraps,
     [](Look& l) { l.mode = CVG_PADDING_ZEROS; }},
    {"circular_halved", "specification", "pytorch/pytorch#20981",
     "circular padding is split in two halves: (p + 1) / 2 before, p / 2 after", "padding",
     [](const cvg_spec& s) { return wraps(s) && s.h.pad_before > 1; },
     [](Look& l) { l.h.pad_before = (l.h.pad_before + 1) / 2; }},
    {"circular_off_by_one", "specification", "",
     "circular padding begins one before the last column", "one off|circular", wraps,
     [](Look& l) {
       l.edge_w = [](Index i, Index size, std::int32_t) { return i < 0 ? i + size - 1 : i % size; };
     }},
    {"reflect_repeats_edge", "specification", "", "reflection repeats the edge", "symmetric",
     reflects, [](Look& l) { l.edge_h = l.edge_w = symmetric; }},
    {"reflect_far_edge", "specification", "", "at the right and bottom reflection repeats the edge",
     "symmetric|reflect", reflects,
     [](Look& l) {
       l.edge_h = l.edge_w = [](Index i, Index size, cvg_padding mode) {
         return i < size ? padded(i, size, mode) : symmetric(i, size, mode);
       };
     }},
    {"reflect_order_of_sides", "specification", "tenstorrent/tt-tvm#53",
     "reflection reads left and top in the other's place", "padding_h and padding_w swapped",
     [](const cvg_spec& s) { return reflects(s) && s.h.pad_before != s.w.pad_before; },
     [](Look& l) { std::swap(l.h.pad_before, l.w.pad_before); }},
    {"reflect_as_replicate_when_deep", "specification", "",
     "reflection by two and more replicates the edge instead", "taken as replicate",
     [](const cvg_spec& s) { return reflects(s) && std::max(s.h.pad_before, s.w.pad_before) > 1; },
     [](Look& l) { l.mode = CVG_PADDING_REPLICATE; }},
    {"replicate_one_ring", "specification", "",
     "only the first ring replicates the edge, the others are zeros",
     "replicate|first ring|taken as zeros",
     [](const cvg_spec& s) {
       return replicates(s) && std::max(s.h.pad_before, s.w.pad_before) > 1;
     },
     [](Look& l) {
       l.edge_h = l.edge_w = [](Index i, Index size, cvg_padding mode) {
         return i < -1 || i > size ? kNothing : padded(i, size, mode);
       };
     }},
    {"replicate_inside_of_edge", "specification", "",
     "at the right replication takes the column before the last", "replicate",
     [](const cvg_spec& s) { return replicates(s) && s.w.input > 1; },
     [](Look& l) {
       l.edge_w = [](Index i, Index size, cvg_padding mode) {
         return i < size ? padded(i, size, mode) : size - 2;
       };
     }},
    {"modes_in_height_only", "specification", "pytorch/pytorch#152152",
     "a padding mode holds for the height; the width has zeros", "taken as zeros in w",
     [](const cvg_spec& s) {
       return s.padding_mode != CVG_PADDING_ZEROS && s.w.pad_before + s.w.pad_after > 0;
     },
     [](Look& l) {
       l.edge_w = [](Index i, Index size, std::int32_t) {
         return padded(i, size, CVG_PADDING_ZEROS);
       };
     }},
    {"depthwise_planes_run_on", "specification", "",
     "depthwise convolutions do not check rows: they run into the next channel",
     "neighbouring planes|src",
     [](const cvg_spec& s) {
       return depthwise(s) && s.h.pad_after > 0 && s.padding_mode == CVG_PADDING_ZEROS;
     },
     [](Look& l) { l.edge_h = unchecked; }},
    {"bias_left_out_of_pure_padding", "specification", "",
     "outputs that see nothing but padding are 0, without their bias", "bias missing|bias",
     [](const cvg_spec& s) { return s.bias && padded_somewhere(s); }, nullptr, nullptr,
     [](std::span<const Term> terms, float bias) {
       return terms.empty() ? 0.0f : in_order(terms, bias);
     }},
};

}  // namespace
}  // namespace zoo

ZOO_EXPORT(zoo::kPadding)
