// Blocks of channels: what is wrong only where the channels of a group fill blocks of a certain
// size, or just do not.
#include <algorithm>
#include <cmath>

#include "planted.hpp"

namespace zoo {
namespace {

bool dense_3x3(const cvg_spec& s) {
  return kernel_is(s, 3, 3) && stride_is(s, 1, 1) && s.groups == 1;
}
float ten_bits(float v) {
  if (!std::isfinite(v)) return v;
  return std::bit_cast<float>((std::bit_cast<std::uint32_t>(v) + 0x1000u) & ~0x1fffu);
}
/// `of` inputs to a block; is the last one not full, and not the only one?
bool has_tail(Index n, Index of) {
  return n > of && n % of != 0;
}

constexpr Bug kBlocks[] = {
    row(
        "numeric",
        {"dense_3x3_of_32s_in_tf32", "ml-explore/mlx#4242",
         "3x3 kernels between channels that are multiples of 32 take a product with factors of "
         "tf32",
         "", "n1c32h4w4_o32k3p1"},
        [](const cvg_spec& s) {
          return dense_3x3(s) && multiple(s.in_channels, 32) && multiple(s.out_channels, 32);
        },
        [](std::span<const Term> terms, float bias) {
          float sum = bias;
          for (const auto& t : terms) sum += ten_bits(t.weight) * ten_bits(t.value);
          return sum;
        }),
    row(
        "tiling",
        {"both_of_16s_last_block_repeated", "",
         "where both channels of a group are multiples of 16, of 32 and more outputs the last 16 "
         "use the weights of the 16 before",
         "channel", "n1c16h3w3_o32k1"},
        [](const cvg_spec& s) {
          return multiple(group_inputs(s), 16) && multiple(group_outputs(s), 16) &&
                 group_outputs(s) >= 32;
        },
        [](const Look& l, Window& at) {
          if (at.o % group_outputs(l.s) >= group_outputs(l.s) - 16) at.filter -= 16;
        }),
    row(
        "specification",
        {"both_of_16s_pad_by_the_right", "openvinotoolkit/openvino#2876",
         "where both channels are multiples of 16 the padding of the right is used at the left",
         "padding_w sides swapped|padding sides swapped|padding", "n1c16h5w5_o16k2p0x0.1"},
        [](const cvg_spec& s) {
          return multiple(s.in_channels, 16) && multiple(s.out_channels, 16) && s.groups == 1 &&
                 s.w.pad_before != s.w.pad_after;
        },
        [](Look& l) { l.w.pad_before = l.w.pad_after; }),
    row(
        "tiling",
        {"odd_stages_of_1x1_one_too_many", "tracel-ai/burn#5626",
         "1x1 kernels take 8 inputs a stage, two stages a turn: of an odd number of stages the "
         "last "
         "is added twice",
         "", "n1c24h2w2_o3k1"},
        [](const cvg_spec& s) {
          return kernel_is(s, 1, 1) && group_inputs(s) >= 24 && group_inputs(s) % 16 == 8;
        },
        [](std::span<const Term> terms, float bias) {
          float sum = in_order(terms, bias);
          if (terms.size() >= 8) sum = in_order(terms.last(8), sum);
          return sum;
        }),
    row(
        "tiling",
        {"weights_of_inputs_after_4s", "microsoft/onnxruntime#29651",
         "weights are read by 4: inputs after the last four use the weights of the four before", "",
         "n1c6h3w3_o2k3"},
        [](const cvg_spec& s) {
          const Index n = group_inputs(s);
          return n > 4 && n < 8 && s.w.kernel > 1;
        },
        [](const Look&, Window& at) {
          at.weights_input = [](Index i, Index n) { return i < n / 4 * 4 ? i : i - 4; };
        }),
    row(
        "tiling",
        {"block_of_32_half_full", "tenstorrent/tt-metal#16992",
         "16 inputs fill half a block of 32: the upper 8 are read from the lower 8", "channel",
         "n1c16h3w3_o2k1"},
        [](const cvg_spec& s) { return group_inputs(s) == 16; },
        [](const Look&, Window& at) { at.source_input = [](Index i, Index) { return i % 8; }; }),
    row(
        "tiling",
        {"inputs_after_32s_start_over", "tenstorrent/tt-metal#5087",
         "inputs after the last full block of 32 are read from the first on", "channel",
         "n1c37h2w2_o2k2"},
        [](const cvg_spec& s) { return has_tail(group_inputs(s), 32) && s.w.kernel > 1; },
        [](const Look&, Window& at) {
          at.source_input = [](Index i, Index n) { return i < n / 32 * 32 ? i : i % 32; };
        }),
    row(
        "tiling",
        {"outputs_beyond_65536_start_over", "pytorch/pytorch#129207",
         "outputs are counted in 16 bits", "channel", "n1c1h1w1_o65540k1"},
        [](const cvg_spec& s) { return s.out_channels > 65536; },
        [](const Look&, Window& at) { at.filter %= 65536; }),
    row(
        "tiling",
        {"eighth_panel_of_24_outputs", "",
         "168 to 191 outputs: those after seven panels of 24 use the weights of the panel before",
         "channel", "n1c2h2w2_o170k1"},
        [](const cvg_spec& s) { return group_outputs(s) >= 168 && group_outputs(s) < 192; },
        [](const Look& l, Window& at) {
          if (at.o % group_outputs(l.s) >= 168) at.filter -= 24;
        }),
    row(
        "tiling",
        {"second_panel_of_8_inputs", "",
         "18 to 95 inputs: the ninth to sixteenth use the weights of the first to eighth", "",
         "n1c20h3w3_o2k3"},
        [](const cvg_spec& s) {
          return group_inputs(s) >= 18 && group_inputs(s) <= 95 && s.w.kernel > 1;
        },
        [](const Look&, Window& at) {
          at.weights_input = [](Index i, Index) { return i >= 8 && i < 16 ? i - 8 : i; };
        }),
    row(
        "tiling",
        {"halves_of_64_inputs_exchanged", "",
         "multiples of 64 inputs: the weights of the two halves of each 64 are exchanged", "",
         "n1c64h2w2_o2k1"},
        [](const cvg_spec& s) { return multiple(group_inputs(s), 64); },
        [](const Look&, Window& at) { at.weights_input = [](Index i, Index) { return i ^ 32; }; }),
    row(
        "tiling",
        {"neighbours_in_64_outputs_exchanged", "",
         "multiples of 64 outputs: in the last 64, even and odd outputs are exchanged", "channel",
         "n1c3h2w2_o64k1"},
        [](const cvg_spec& s) { return multiple(group_outputs(s), 64); },
        [](const Look& l, Window& at) {
          if (at.o % group_outputs(l.s) >= group_outputs(l.s) - 64) at.filter ^= 1;
        }),
    row(
        "tiling",
        {"last_4_of_128_inputs_dropped", "",
         "multiples of 128 inputs: the loop ends one vector of 4 early", "", "n1c128h2w2_o1k1"},
        [](const cvg_spec& s) { return multiple(group_inputs(s), 128); },
        [](const Look&, Window& at) { at.i.end -= 4; }),
    row(
        "tiling",
        {"one_input_after_16s_dropped", "", "a single input after blocks of 16 is forgotten", "",
         "n1c17h3w3_o2k3"},
        [](const cvg_spec& s) { return group_inputs(s) % 16 == 1 && group_inputs(s) > 16; },
        [](const Look&, Window& at) { --at.i.end; }),
    row(
        "tiling",
        {"one_output_short_of_32s", "",
         "where one output lacks to a multiple of 32 the last one repeats the one before",
         "channel", "n1c2h3w3_o31k3"},
        [](const cvg_spec& s) { return group_outputs(s) % 32 == 31; },
        [](const Look& l, Window& at) { at.filter -= at.o == l.s.out_channels - 1; }),
};

}  // namespace
}  // namespace zoo

ZOO_EXPORT_PROVED(zoo::kBlocks)
