// Bugs of nhwc alone: vectors across channels, groups inside a pixel, maps of one column.
#include "planted.hpp"

namespace zoo {
namespace {

constexpr Bug kChannelsLast[] = {
    row(
        "specification",
        {"nhwc_groups_read_the_first", "microsoft/onnxruntime#3443",
         "in nhwc three groups and more gather the first inputs of each pixel", "group 0",
         "n1c6h4w4_o6k2g3"},
        [](const cvg_spec& s) {
          return nhwc(s) && s.groups >= 3 && !depthwise(s) && s.w.kernel > 1;
        },
        [](const Look&, Window& at) { at.channel = 0; }),
    row(
        "tiling",
        {"nhwc_depthwise_biases_by_4", "",
         "in nhwc depthwise channels after the last four add the biases of the four before",
         "bias|channel", "n1c6h3w3_o6k2g6"},
        [](const cvg_spec& s) {
          return nhwc(s) && s.bias && depthwise(s) && s.out_channels > 4 && s.out_channels % 4 != 0;
        },
        [](const Look& l, Window& at) {
          if (at.o >= l.s.out_channels / 4 * 4) at.bias -= 4;
        }),
    row(
        "specification",
        {"nhwc_one_column_taken_for_nchw", "",
         "in nhwc images of one column and several channels are taken to be nchw", "nchw|layout",
         "n1c3h4w1_o2k2x1"},
        [](const cvg_spec& s) {
          return nhwc(s) && s.w.input == 1 && s.h.input > 1 && s.in_channels > 1;
        },
        [](Look& l) { l.src[1] = l.s.h.input, l.src[2] = 1; }),
    row(
        "tiling",
        {"nhwc_half_a_vector_of_16_inputs", "",
         "in nhwc 24, 40, ... inputs: the last eight use the weights of the eight before", "",
         "n1c24h2w2_o2k1"},
        [](const cvg_spec& s) {
          return nhwc(s) && group_inputs(s) > 8 && group_inputs(s) % 16 == 8;
        },
        [](const Look&, Window& at) {
          at.weights_input = [](Index i, Index n) { return i < n - 8 ? i : i - 8; };
        }),
    row(
        "tiling",
        {"nhwc_three_outputs_of_four", "",
         "in nhwc 3, 7, 11, ... outputs: the last repeats the one before", "channel",
         "n1c2h3w3_o7k2"},
        [](const cvg_spec& s) { return nhwc(s) && s.groups == 1 && s.out_channels % 4 == 3; },
        [](const Look& l, Window& at) { at.filter -= at.o == l.s.out_channels - 1; }),
    row(
        "tiling",
        {"nhwc_corner_of_same", "",
         "in nhwc with more padding at bottom and right, the last output misses its first tap",
         "column|row|output", "n1c2h4w4_o2k2p0.1"},
        [](const cvg_spec& s) {
          return nhwc(s) && s.h.pad_after > s.h.pad_before && s.w.pad_after > s.w.pad_before;
        },
        [](const Look& l, Window& at) {
          if (at.y == out_h(l.s) - 1 && at.x == out_w(l.s) - 1) ++at.k.begin;
        }),
};

}  // namespace
}  // namespace zoo

ZOO_EXPORT_PROVED(zoo::kChannelsLast)
