// Groups, channels and biases misread under some parameters.
#include <algorithm>

#include "planted.hpp"

namespace zoo {
namespace {

bool grouped(const cvg_spec& s) {
  return s.groups > 1 && !depthwise(s);
}
bool multiplied(const cvg_spec& s) {
  return depthwise(s) && s.out_channels > s.in_channels;
}
bool has_bias(const cvg_spec& s) {
  return s.bias != 0;
}
Index group_of(const Look& l, const Window& at) {
  return at.o / group_outputs(l.s);
}

constexpr Bug kChannels[] = {
    {"groups_24", "specification", "pytorch/pytorch#50042",
     "24 groups read the channels of the next one", "next group|shifted by one",
     [](const cvg_spec& s) { return s.groups == 24; }, nullptr,
     [](const Look& l, Window& at) {
       at.channel = (group_of(l, at) + 1) % l.s.groups * group_inputs(l.s);
     }},
    {"groups_of_1x1_read_the_first", "specification", "pytorch/pytorch#19912",
     "grouped 1x1 kernels read the first group's inputs", "group 0",
     [](const cvg_spec& s) { return grouped(s) && kernel_is(s, 1, 1); }, nullptr,
     [](const Look&, Window& at) { at.channel = 0; }},
    {"groups_of_large_kernels", "specification", "modular/modular#6129",
     "grouped kernels of 5 and more read the first group's weights", "weights of the first group",
     [](const cvg_spec& s) { return grouped(s) && s.w.kernel >= 5; }, nullptr,
     [](const Look& l, Window& at) { at.filter = at.o % group_outputs(l.s); }},
    {"groups_interleaved", "specification", "", "with strides, groups are dealt out in turn",
     "interleaved", [](const cvg_spec& s) { return grouped(s) && s.h.stride > 1; }, nullptr,
     [](const Look& l, Window& at) { at.channel = at.o % l.s.groups * group_inputs(l.s); }},
    {"groups_beyond_16_wrap", "specification", "",
     "the grid has 16 groups at most: the 17th is the first again", "group",
     [](const cvg_spec& s) { return s.groups > 16; }, nullptr,
     [](const Look& l, Window& at) { at.channel = group_of(l, at) % 16 * group_inputs(l.s); }},
    {"groups_summed_when_few", "specification", "",
     "2 groups of one input are summed as one convolution", "group",
     [](const cvg_spec& s) { return s.groups == 2 && s.in_channels == 2; }, nullptr,
     [](const Look&, Window& at) { at.channel = 0; }},
    {"multiplier_interleaved", "specification", "Theano/Theano#6297",
     "depthwise outputs are dealt to the inputs in turn (o % inputs for o / multiplier)",
     "wrong order|interleaved", multiplied, nullptr,
     [](const Look& l, Window& at) { at.channel = at.o % l.s.in_channels; }},
    {"multiplier_of_3x3_ignored", "specification", "ARM-software/ComputeLibrary#553",
     "depthwise 3x3 with a multiplier uses the weights of multiplier 1", "weights|multiplier",
     [](const cvg_spec& s) { return multiplied(s) && kernel_is(s, 3, 3); }, nullptr,
     [](const Look& l, Window& at) { at.filter = at.o / group_outputs(l.s); }},
    {"depthwise_tail_of_8", "tiling", "Tencent/ncnn#1891",
     "depthwise channels beyond a multiple of 8 read the channel before", "channel", depthwise,
     nullptr,
     [](const Look& l, Window& at) {
       if (at.o >= l.s.out_channels / 8 * 8 && l.s.out_channels > 8) --at.channel;
     }},
    {"inputs_tail_of_8_dropped", "specification", "modular/modular#6248",
     "from 8 inputs on, those beyond a multiple of 8 are dropped",
     "multiple of 8 dropped|last of the input channels",
     [](const cvg_spec& s) { return group_inputs(s) > 8; }, nullptr,
     [](const Look&, Window& at) { at.i.end -= at.i.end % 8; }},
    {"odd_inputs_last_dropped", "specification", "",
     "the loop over inputs steps by 2 and forgets the odd one",
     "multiple of 2 dropped|last of the input channels",
     [](const cvg_spec& s) { return group_inputs(s) > 1 && s.groups == 1; }, nullptr,
     [](const Look&, Window& at) { at.i.end -= at.i.end % 2; }},
    {"inputs_beyond_1024_dropped", "specification", "", "the row buffer has room for 1024 inputs",
     "input channels|channels", [](const cvg_spec& s) { return group_inputs(s) > 1024; }, nullptr,
     [](const Look&, Window& at) { at.i.end = 1024; }},
    {"inputs_reversed_of_3", "specification", "", "images of 3 channels are taken as BGR",
     "input channels reversed",
     [](const cvg_spec& s) { return s.in_channels == 3 && s.groups == 1; },
     [](Look& l) { l.channels_reversed = true; }},
    {"inputs_aligned_to_4", "specification", "tenstorrent/tt-metal#20808",
     "weights of 3 inputs are read as if there were 4", "weights|stride",
     [](const cvg_spec& s) { return group_inputs(s) == 3 && s.out_channels > 1; },
     [](Look& l) { l.weights[0] = l.weights[0] / 3 * 4; }},
    {"second_half_of_outputs", "tiling", "pytorch/pytorch#18463",
     "from 64 outputs on the second half repeats the weights of the first", "channel",
     [](const cvg_spec& s) { return s.out_channels >= 64 && s.groups == 1; }, nullptr,
     [](const Look& l, Window& at) {
       if (at.o >= l.s.out_channels / 2) at.filter -= l.s.out_channels / 2;
     }},
    {"outputs_tail_after_64", "tiling", "fujitsu/oneDNN#43",
     "the outputs after 64 that fill no vector of 8 are computed with the weights 8 before",
     "channel", [](const cvg_spec& s) { return s.out_channels > 64 && s.out_channels % 8 != 0; },
     nullptr,
     [](const Look& l, Window& at) {
       if (at.o >= l.s.out_channels / 8 * 8) at.filter -= 8;
     }},
    {"outputs_beyond_1024_wrap", "tiling", "", "outputs are counted by blocks of 1024 threads",
     "channel", [](const cvg_spec& s) { return s.out_channels > 1024; }, nullptr,
     [](const Look&, Window& at) { at.filter %= 1024; }},
    {"outputs_shifted_in_groups_of_3", "specification", "",
     "groups of 3 outputs use the weights of the next output", "next output channel|shifted",
     [](const cvg_spec& s) { return s.groups > 1 && group_outputs(s) == 3; }, nullptr,
     [](const Look& l, Window& at) { at.filter = (at.o + 1) % l.s.out_channels; }},
    {"bias_of_the_first_group", "specification", "OAID/Tengine#5",
     "every group adds the biases of the first", "bias of the first group|bias of channel 0",
     [](const cvg_spec& s) { return s.bias && grouped(s); }, nullptr,
     [](const Look& l, Window& at) { at.bias = at.o % group_outputs(l.s); }},
    {"bias_by_group", "specification", "",
     "depthwise outputs with a multiplier take the bias of their input",
     "bias indexed by the group", [](const cvg_spec& s) { return s.bias && multiplied(s); },
     nullptr, [](const Look& l, Window& at) { at.bias = group_of(l, at); }},
    {"bias_of_first_image_only", "specification", "",
     "the bias is added to the first image of a batch only", "bias",
     [](const cvg_spec& s) { return s.bias && s.batch > 1; }, nullptr,
     [](const Look&, Window& at) {
       if (at.n > 0) at.bias = -1;
     }},
    {"bias_missing_when_strided", "specification", "sony/nnabla#691",
     "convolutions with strides forget the bias", "bias missing",
     [](const cvg_spec& s) { return s.bias && s.h.stride > 1; }, nullptr,
     [](const Look&, Window& at) { at.bias = -1; }},
    {"bias_per_block_of_inputs", "specification", "", "each block of 64 inputs adds the bias anew",
     "bias added", [](const cvg_spec& s) { return s.bias && group_inputs(s) > 64; },
     [](Look& l) { l.biases = (group_inputs(l.s) + 63) / 64; }},
    {"bias_of_1x1_doubled", "specification", "",
     "the product adds the bias, and so does what comes after it", "doubled",
     [](const cvg_spec& s) { return s.bias && kernel_is(s, 1, 1) && stride_is(s, 1, 1); },
     [](Look& l) { l.biases = 2; }},
    {"bias_of_tail_lane", "tiling", "",
     "the last outputs of no full vector of 8 all take the bias of the first of them",
     "bias|channel",
     [](const cvg_spec& s) { return s.bias && s.out_channels > 8 && s.out_channels % 8 > 1; },
     nullptr,
     [](const Look& l, Window& at) { at.bias = std::min(at.o, l.s.out_channels / 8 * 8); }},
    {"bias_along_width_in_nhwc", "specification", "",
     "in nhwc the bias runs along the width where both are of one size",
     "bias indexed by the column",
     [](const cvg_spec& s) {
       return s.bias && nhwc(s) && out_w(s) == s.out_channels && s.out_channels > 1;
     },
     nullptr, [](const Look&, Window& at) { at.bias = at.x; }},
    {"relu_left_in", "specification", "",
     "1x1 kernels with a bias end with the relu that they are usually followed by", "relu",
     [](const cvg_spec& s) { return has_bias(s) && kernel_is(s, 1, 1) && s.h.stride == 1; },
     nullptr, nullptr,
     [](std::span<const Term> terms, float bias) { return std::max(in_order(terms, bias), 0.0f); }},
};

}  // namespace
}  // namespace zoo

ZOO_EXPORT(zoo::kChannels)
