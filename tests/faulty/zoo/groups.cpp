// Numbers of groups, depthwise channels and biases that fill blocks, or just do not.
#include "planted.hpp"

namespace zoo {
namespace {

bool odd_groups(const cvg_spec& s) {
  return s.groups >= 5 && s.groups % 2 == 1 && !depthwise(s);
}

constexpr Bug kGroups[] = {
    row(
        "tiling",
        {"last_output_of_two_groups", "openxla/xla#49123",
         "of two groups the last output uses the weights of the output before", "channel",
         "n1c4h3w3_o4k1g2"},
        [](const cvg_spec& s) { return s.groups == 2 && group_outputs(s) > 1; },
        [](const Look& l, Window& at) { at.filter -= at.o == l.s.out_channels - 1; }),
    row(
        "tiling",
        {"depthwise_of_full_height_in_batches", "pytorch/pytorch#188335",
         "depthwise kernels as high as the image read the first image for all of a batch", "image",
         "n2c8h6w3_o16k6x1g8_nobias"},
        [](const cvg_spec& s) {
          return depthwise(s) && s.h.kernel == s.h.input && s.h.input > 1 && s.batch > 1;
        },
        [](const Look&, Window& at) { at.image = 0; }),
    row("tiling",
        {"last_of_odd_groups", "",
         "groups are taken by two: of an odd number, from five on, the last reads the inputs of "
         "the "
         "one before",
         "channel|group", "n1c10h3w3_o10k1g5"},
        odd_groups,
        [](const Look& l, Window& at) {
          if (at.o / group_outputs(l.s) == l.s.groups - 1) at.channel -= group_inputs(l.s);
        }),
    row(
        "tiling",
        {"groups_after_32s_start_over", "",
         "groups after the last full block of 32 read the inputs of the first groups",
         "channel|group", "n1c66h2w2_o66k1g33"},
        [](const cvg_spec& s) { return s.groups > 32 && s.groups % 32 != 0; },
        [](const Look& l, Window& at) {
          const Index g = at.o / group_outputs(l.s), first = l.s.groups / 32 * 32;
          if (g >= first) at.channel = (g - first) * group_inputs(l.s);
        }),
    row(
        "tiling",
        {"depthwise_beyond_64_start_over", "",
         "depthwise 3x3 keeps the weights of 64 channels: later ones use those again", "channel",
         "n1c66h3w3_o66k3g66"},
        [](const cvg_spec& s) { return depthwise(s) && s.in_channels > 64 && kernel_is(s, 3, 3); },
        [](const Look&, Window& at) { at.filter %= 64; }),
    row(
        "tiling",
        {"depthwise_half_block_of_16", "",
         "depthwise channels that are a multiple of 8, not of 16: the last 8 use the weights of "
         "the 8 "
         "before",
         "channel", "n1c24h3w3_o24k3g24"},
        [](const cvg_spec& s) {
          return depthwise(s) && s.out_channels > 16 && s.out_channels % 16 == 8;
        },
        [](const Look& l, Window& at) {
          if (at.o >= l.s.out_channels - 8) at.filter -= 8;
        }),
    row(
        "tiling",
        {"multiplier_2_of_7x7_last_row", "",
         "depthwise 7x7 with two outputs an input: the second misses the last row of the kernel",
         "", "n1c3h7w7_o6k7p3g3"},
        [](const cvg_spec& s) {
          return depthwise(s) && group_outputs(s) == 2 && kernel_is(s, 7, 7);
        },
        [](const Look&, Window& at) { at.k.end -= at.o % 2; }),
    row(
        "tiling",
        {"odd_multiplier_reads_the_next_input", "",
         "depthwise with 3, 5 or 7 outputs an input: the last of them reads the next input",
         "channel", "n1c4h3w3_o12k3p1g4"},
        [](const cvg_spec& s) {
          return depthwise(s) && group_outputs(s) > 1 && group_outputs(s) % 2 == 1;
        },
        [](const Look& l, Window& at) {
          if (at.o % group_outputs(l.s) == group_outputs(l.s) - 1)
            at.channel = (at.channel + 1) % l.s.in_channels;
        }),
    row(
        "tiling",
        {"biases_of_16s_start_over", "",
         "of outputs that are a multiple of 16, the last 16 add the biases of the first 16",
         "bias|channel", "n1c2h2w2_o32k1"},
        [](const cvg_spec& s) {
          return s.bias && multiple(s.out_channels, 16) && s.out_channels > 16;
        },
        [](const Look& l, Window& at) {
          if (at.o >= l.s.out_channels - 16) at.bias = at.o % 16;
        }),
    row(
        "tiling",
        {"last_bias_of_odd_outputs", "", "of 3, 5 or 7 outputs the last one adds no bias",
         "bias|channel", "n1c2h2w2_o5k1"},
        [](const cvg_spec& s) {
          return s.bias && s.out_channels % 2 == 1 && s.out_channels > 1 && s.out_channels < 8;
        },
        [](const Look& l, Window& at) {
          if (at.o == l.s.out_channels - 1) at.bias = -1;
        }),
};

}  // namespace
}  // namespace zoo

ZOO_EXPORT_PROVED(zoo::kGroups)
