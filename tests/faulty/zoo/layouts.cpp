// Memory layouts, batches and sizes misread under some parameters.
#include <algorithm>
#include <utility>

#include "planted.hpp"

namespace zoo {
namespace {

void read_as_nhwc(const cvg_spec& s, Index (&strides)[4], Index c, Index h, Index w) {
  (void)s;
  strides[0] = c * h * w, strides[1] = 1, strides[2] = w * c, strides[3] = c;
}
void read_as_nchw(Index (&strides)[4], Index c, Index h, Index w) {
  strides[0] = c * h * w, strides[1] = h * w, strides[2] = w, strides[3] = 1;
}

constexpr Bug kLayouts[] = {
    {"equal_sizes_taken_for_nhwc", "specification", "huggingface/candle#3405",
     "an image with as many channels as rows and columns is taken to be nhwc already", "nhwc",
     [](const cvg_spec& s) {
       return !nhwc(s) && s.in_channels == s.h.input && s.h.input == s.w.input && s.in_channels > 1;
     },
     [](Look& l) { read_as_nhwc(l.s, l.src, l.s.in_channels, l.s.h.input, l.s.w.input); }},
    {"one_channel_transposed", "specification", "pytorch/pytorch#82060",
     "images of one channel in nhwc are walked in the other order of rows and columns",
     "transposed|height for width",
     [](const cvg_spec& s) {
       return nhwc(s) && s.in_channels == 1 && s.h.input == s.w.input && s.h.input > 1;
     },
     [](Look& l) { std::swap(l.src[2], l.src[3]); }},
    {"output_strides_ignored", "specification", "NVIDIA/cutlass#1323",
     "in nhwc the output is written as nchw", "output written in layout nchw|layout",
     [](const cvg_spec& s) { return nhwc(s) && s.out_channels > 8; },
     [](Look& l) { read_as_nchw(l.dst, l.s.out_channels, out_h(l.s), out_w(l.s)); }},
    {"nhwc_rows_of_the_height", "specification", "pytorch/pytorch#16018",
     "in nhwc a row of the input is taken to be one height long", "one height long",
     [](const cvg_spec& s) { return nhwc(s) && s.h.input < s.w.input && s.h.input > 1; },
     [](Look& l) { l.src[2] = l.src[3] * l.s.h.input; }},
    {"nhwc_weights_too", "specification", "pytorch/pytorch#55781",
     "in nhwc the weights are taken to be ohwi", "ohwi",
     [](const cvg_spec& s) {
       return nhwc(s) && group_inputs(s) > 1 && s.h.kernel * s.w.kernel > 1;
     },
     [](Look& l) {
       const Index i = group_inputs(l.s);
       l.weights[1] = 1, l.weights[2] = l.s.w.kernel * i, l.weights[3] = i;
     }},
    {"nhwc_depthwise_weights_hwio", "specification", "",
     "in nhwc depthwise weights are taken to be hwio", "hwio|iohw",
     [](const cvg_spec& s) { return nhwc(s) && depthwise(s) && s.h.kernel * s.w.kernel > 1; },
     [](Look& l) {
       l.weights[0] = 1, l.weights[2] = l.s.w.kernel * l.s.out_channels,
       l.weights[3] = l.s.out_channels;
     }},
    {"weights_iohw_when_square", "specification", "",
     "weights with as many inputs as outputs are taken to be iohw", "iohw",
     [](const cvg_spec& s) {
       return s.groups == 1 && s.in_channels == s.out_channels && s.in_channels > 1;
     },
     [](Look& l) { std::swap(l.weights[0], l.weights[1]); }},
    {"batch_and_outputs_transposed", "specification", "ggml-org/ggml#737",
     "results of a batch are left in the order outputs, batch", "batch|image",
     [](const cvg_spec& s) { return !nhwc(s) && s.batch > 1 && s.out_channels > 1; },
     [](Look& l) {
       const Index plane = out_h(l.s) * out_w(l.s);
       l.dst[0] = plane, l.dst[1] = plane * l.s.batch;
     }},
    {"batch_reads_the_first_image", "specification", "Pegessi/conv2d_direct#1",
     "every image of a batch is the first, in kernels of 5 and more", "first image",
     [](const cvg_spec& s) { return s.batch > 1 && s.h.kernel >= 5; },
     [](Look& l) { l.src[0] = 0; }},
    {"batch_of_3_reads_the_one_before", "specification", "tensorflow/tensorflow#1299",
     "odd batches read each image one too late", "image",
     [](const cvg_spec& s) { return s.batch > 2 && s.batch % 2 == 1; }, nullptr,
     [](const Look&, Window& at) { at.image = std::max<Index>(at.n - 1, 0); }},
    {"batch_tail_of_32", "tiling", "NervanaSystems/neon#361",
     "batches beyond 32 that are no multiple of it read the tail from the last full block",
     "image|batch|n ", [](const cvg_spec& s) { return s.batch > 32 && s.batch % 32 != 0; }, nullptr,
     [](const Look& l, Window& at) {
       if (at.n >= l.s.batch / 32 * 32) at.image -= 32;
     }},
    {"batch_beyond_65535", "tiling", "tensorflow/tensorflow#9870",
     "the grid has 65535 images: later ones start over", "image|batch|n ",
     [](const cvg_spec& s) { return s.batch > 65535; }, nullptr,
     [](const Look&, Window& at) { at.image %= 65535; }},
    {"batch_with_odd_width", "specification", "",
     "images of odd width are taken to be padded to an even number of elements", "src|image",
     [](const cvg_spec& s) {
       return s.batch > 1 && s.w.input % 2 == 1 && s.src_strides[0] % 2 == 1;
     },
     [](Look& l) { ++l.src[0]; }},
    {"width_index_of_8_bits", "tiling", "google/XNNPACK#10985", "columns are counted in 8 bits",
     "column|width", [](const cvg_spec& s) { return s.w.input > 256; }, nullptr,
     [](const Look&, Window& at) { at.left = at.left < 0 ? at.left : at.left & 255; }},
    {"rows_beyond_32_start_over", "tiling", "", "rows are counted in blocks of 32 threads",
     "row|height", [](const cvg_spec& s) { return out_h(s) > 32; }, nullptr,
     [](const Look& l, Window& at) { at.top = at.y % 32 * l.h.stride - l.h.pad_before; }},
    {"index_of_15_bits", "tiling", "",
     "positions in a plane are signed 16-bit numbers: rows beyond 32767 start over",
     "row|height|plane", [](const cvg_spec& s) { return s.h.input * s.w.input > 32767; }, nullptr,
     [](const Look& l, Window& at) {
       if ((at.top + l.h.kernel) * l.s.w.input > 32767) at.top %= 32767 / l.s.w.input;
     }},
    {"plane_of_1096x2449", "tiling", "tensorflow/tensorflow#16798",
     "exactly 1096x2449 pixels: the last row is the one before", "row|height",
     [](const cvg_spec& s) { return s.h.input == 1096 && s.w.input == 2449; }, nullptr,
     [](const Look& l, Window& at) {
       if (at.y == out_h(l.s) - 1) --at.top;
     }},
    {"output_rounded_up", "memory", "",
     "rows of the output are one too long where columns are left over", "rounded up|output|dst",
     [](const cvg_spec& s) {
       return (s.w.pad_before + s.w.input + s.w.pad_after - s.w.dilation * (s.w.kernel - 1) - 1) %
                  s.w.stride !=
              0;
     },
     [](Look& l) { l.dst[2] += l.dst[3]; }},
    {"output_transposed_when_square", "specification", "",
     "in nhwc square outputs of a column kernel are written transposed", "output transposed",
     [](const cvg_spec& s) { return nhwc(s) && out_h(s) == out_w(s) && s.h.kernel > s.w.kernel; },
     [](Look& l) { std::swap(l.dst[2], l.dst[3]); }},
    {"tiny_image_ambiguous", "specification", "pytorch/pytorch#23861",
     "a batch of 1x1 pixels is taken to be transposed, channels by images",
     "layout|image|batch|input",
     [](const cvg_spec& s) {
       return s.h.input * s.w.input == 1 && s.batch > 1 && s.in_channels > 1;
     },
     [](Look& l) { l.src[0] = 1, l.src[1] = l.s.batch; }},
};

}  // namespace
}  // namespace zoo

ZOO_EXPORT(zoo::kLayouts)
