// Tails and edges of tiles: right in the middle, wrong in a corner.
#include <algorithm>

#include "planted.hpp"

namespace zoo {
namespace {

constexpr Index kVector = 8;

/// Column x stands in the last, incomplete vector of its row.
bool in_tail(const Look& l, Index x) {
  return x >= out_w(l.s) / kVector * kVector;
}
bool has_tail(const cvg_spec& s) {
  return out_w(s) > kVector && out_w(s) % kVector != 0;
}
bool plain_3x3(const cvg_spec& s) {
  return kernel_is(s, 3, 3) && !dilated(s) && s.groups == 1;
}

constexpr Bug kTiles[] = {
    {"column_tail_one_left", "tiling", "Tencent/ncnn#1891",
     "the columns after the last full vector read one to the left", "column", has_tail, nullptr,
     [](const Look& l, Window& at) { at.left -= in_tail(l, at.x); }},
    {"column_tail_from_tile_start", "tiling", "pytorch/pytorch#21597",
     "the last columns are computed as a full vector moved left, and stored unmoved", "column",
     has_tail, nullptr,
     [](const Look& l, Window& at) {
       if (in_tail(l, at.x)) at.left -= (kVector - out_w(l.s) % kVector) * l.w.stride;
     }},
    {"last_column_of_17", "tiling", "",
     "rows of one column more than two vectors repeat the one before it", "column",
     [](const cvg_spec& s) { return out_w(s) % 16 == 1 && out_w(s) > 16; }, nullptr,
     [](const Look& l, Window& at) {
       if (at.x == out_w(l.s) - 1) at.left -= l.w.stride;
     }},
    {"lanes_swapped_in_last_vector", "tiling", "",
     "the halves of the last full vector are exchanged", "column",
     [](const cvg_spec& s) { return out_w(s) >= 2 * kVector && s.w.stride == 2; }, nullptr,
     [](const Look& l, Window& at) {
       const Index last = out_w(l.s) / kVector * kVector - kVector;
       if (at.x >= last && at.x < last + kVector)
         at.left += (((at.x - last) ^ 4) - (at.x - last)) * l.w.stride;
     }},
    {"row_tail_misses_last_tap", "tiling", "ROCm/MIOpen#1566",
     "rows after the last four miss the last row of the kernel", "row",
     [](const cvg_spec& s) { return plain_3x3(s) && out_h(s) > 4 && out_h(s) % 4 != 0; }, nullptr,
     [](const Look& l, Window& at) {
       if (at.y >= out_h(l.s) / 4 * 4) --at.k.end;
     }},
    {"width_1_drops_a_tap", "specification", "",
     "outputs of one column take a short cut that misses the last column of taps",
     "last kernel column", [](const cvg_spec& s) { return out_w(s) == 1 && s.w.kernel > 1; },
     [](Look& l) { --l.w.kernel; }},
    {"single_output_ignores_padding", "specification", "",
     "a 1x1 output is taken as a product with the unpadded input", "padding",
     [](const cvg_spec& s) { return out_h(s) == 1 && out_w(s) == 1; },
     [](Look& l) { l.h.pad_before = l.w.pad_before = 0; }},
    {"interior_one_column_too_wide", "tiling", "pytorch/pytorch#55381",
     "the last columns at stride 2 are taken as interior and not checked", "column|src",
     [](const cvg_spec& s) {
       return s.w.stride == 2 && s.w.pad_after > 0 && s.w.kernel > 1 && out_w(s) > 2;
     },
     nullptr,
     [](const Look& l, Window& at) {
       const Index over = at.left + (l.w.kernel - 1) * l.w.dilation - (l.w.input - 1);
       if (over == 1) --at.left;
     }},
    {"interior_one_row_too_high", "tiling", "",
     "the first interior row of a padded image is read as an edge", "row",
     [](const cvg_spec& s) {
       return plain_3x3(s) && s.h.pad_before == 1 && s.h.stride == 1 && out_h(s) > 2;
     },
     nullptr,
     [](const Look&, Window& at) {
       if (at.top == 0) at.k.begin = 1;
     }},
    {"depthwise_bottom_row", "tiling", "",
     "the bottom row of depthwise 3x3 misses the middle of the kernel", "row",
     [](const cvg_spec& s) { return depthwise(s) && kernel_is(s, 3, 3) && s.h.pad_after > 0; },
     nullptr,
     [](const Look& l, Window& at) {
       if (at.y == out_h(l.s) - 1) at.k.begin = 1;
     }},
    {"depthwise_stride_2_even_width", "tiling", "",
     "depthwise stride 2 on even widths reads the last column one to the left", "column",
     [](const cvg_spec& s) { return depthwise(s) && s.w.stride == 2 && s.w.input % 2 == 0; },
     nullptr, [](const Look& l, Window& at) { at.left -= at.x == out_w(l.s) - 1; }},
    {"corner_of_tiles", "tiling", "",
     "only where the last rows and the last columns meet one tap is lost", "column|row|output",
     [](const cvg_spec& s) {
       return out_w(s) % kVector == 1 && out_h(s) % 4 == 1 && s.w.kernel > 1;
     },
     nullptr,
     [](const Look& l, Window& at) {
       if (at.x == out_w(l.s) - 1 && at.y == out_h(l.s) - 1) --at.l.end;
     }},
    {"second_block_of_inputs_shifted", "tiling", "",
     "inputs after the first 64 are read one channel off", "channel|output",
     [](const cvg_spec& s) { return group_inputs(s) > 64; }, nullptr,
     [](const Look&, Window& at) { at.i.begin = 1; }},
    {"last_image_last_output", "tiling", "",
     "of a batch, the last output of the last image reads one row up", "image|channel|output",
     [](const cvg_spec& s) { return s.batch > 1 && s.out_channels > 1 && s.h.kernel > 1; }, nullptr,
     [](const Look& l, Window& at) {
       if (at.n == l.s.batch - 1 && at.o == l.s.out_channels - 1) --at.top;
     }},
    {"rows_split_among_threads", "memory", "Tencent/FeatherCNN#17",
     "planes are divided among the threads rounded down; what is left over nobody computes", "R7",
     [](const cvg_spec& s) { return s.batch * s.out_channels > 2; }, nullptr,
     [](const Look& l, Window& at) {
       const Index planes = l.s.batch * l.s.out_channels;
       at.skipped = at.n * l.s.out_channels + at.o >= planes / l.threads * l.threads;
     }},
    {"odd_threads_share_wrongly", "state", "openvinotoolkit/mlas#10",
     "with an odd number of threads above one, the last rows are computed from the first",
     "row|thread", nullptr, nullptr,
     [](const Look& l, Window& at) {
       if (l.threads > 1 && l.threads % 2 == 1 && at.y >= out_h(l.s) / l.threads * l.threads)
         at.top = -l.h.pad_before;
     }},
    {"second_thread_second_half", "tiling", "google/XNNPACK#883",
     "a second thread starts one output early and the last is left unwritten", "R7|channel",
     [](const cvg_spec& s) { return s.out_channels > 2 && s.w.kernel > 1; }, nullptr,
     [](const Look& l, Window& at) { at.skipped = l.threads > 1 && at.o == l.s.out_channels - 1; }},
};

}  // namespace
}  // namespace zoo

ZOO_EXPORT(zoo::kTiles)
