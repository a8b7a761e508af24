// Gradients of weights and bias with one thing wrong.
#include <algorithm>
#include <utility>

#include "planted.hpp"

namespace zoo {
namespace {

constexpr auto kWeights = CVG_DIRECTION_BACKWARD_WEIGHTS;

bool strided(const cvg_spec& s) {
  return s.h.stride > 1 && s.w.stride > 1;
}
bool has_bias(const cvg_spec& s) {
  return s.bias != 0;
}

constexpr Bug kBackwardWeights[] = {
    row("none",
        {"backward_weights_right", "", "nothing: a right gradient", "", "n2c4h6w5_o6k3s2x1p1g2"},
        nullptr, [](Look&) {})
        .of(kWeights),
    row(
        "gradient",
        {"weights_of_1x1_with_even_outputs", "ROCm/composable_kernel#2478",
         "1x1 kernels of stride 1 and an even number of outputs: neighbours are exchanged", "",
         "n1c2h3w3_o4k1"},
        [](const cvg_spec& s) {
          return kernel_is(s, 1, 1) && stride_is(s, 1, 1) && s.out_channels % 2 == 0;
        },
        [](const Look&, Window& at) { at.filter ^= 1; })
        .of(kWeights),
    row(
        "gradient",
        {"weights_of_strided_groups", "iree-org/iree#23786",
         "groups with a stride read the inputs of the next group", "", "n1c6h5w5_o6k3s2p1g3"},
        [](const cvg_spec& s) { return s.groups > 1 && !depthwise(s) && strided(s); },
        [](const Look& l, Window& at) {
          at.channel = (at.channel + group_inputs(l.s)) % l.s.in_channels;
        })
        .of(kWeights),
    row(
        "gradient",
        {"weights_depthwise_first_row", "uxlfoundation/oneDNN#4124",
         "depthwise with a stride and padding: the first row of outputs is left out", "",
         "n1c3h6w6_o3k3s2p1g3"},
        [](const cvg_spec& s) {
          return depthwise(s) && strided(s) && s.h.pad_before > 0 && out_h(s) > 1;
        },
        [](const Look&, Window& at) { at.skipped = at.y == 0; })
        .of(kWeights),
    row(
        "gradient",
        {"weights_depthwise_5_last_row", "uxlfoundation/oneDNN#4074",
         "depthwise kernels of five rows and more: in the last row of outputs the first tap is "
         "left "
         "out",
         "", "n1c8h6w2_o8k5x1p2x0g8"},
        [](const cvg_spec& s) { return depthwise(s) && s.h.kernel >= 5 && out_h(s) > 1; },
        [](const Look& l, Window& at) { at.k.begin += at.y == out_h(l.s) - 1; })
        .of(kWeights),
    row(
        "gradient",
        {"weights_all_in_the_first_group", "pytorch/pytorch#51430",
         "four groups and more: the gradient of every group is added to the first one's weights",
         "", "n1c8h3w3_o8k2g4"},
        [](const cvg_spec& s) { return s.groups >= 4 && !depthwise(s); },
        [](const Look& l, Window& at) { at.filter %= group_outputs(l.s); })
        .of(kWeights),
    row(
        "gradient",
        {"weights_of_stride_beyond_kernel", "pytorch/pytorch#68868",
         "a stride larger than the kernel: the last column of outputs is left out", "",
         "n1c3h7w7_o3k2s4p1"},
        [](const cvg_spec& s) { return s.w.stride > s.w.kernel && out_w(s) > 1; },
        [](const Look& l, Window& at) { at.skipped = at.x == out_w(l.s) - 1; })
        .of(kWeights),
    row(
        "gradient",
        {"bias_of_the_last_image", "",
         "the gradient of the bias is that of the last image of a batch", "", "n3c1h3w3_o2k2"},
        [](const cvg_spec& s) { return has_bias(s) && s.batch > 1; },
        [](const Look& l, Window& at) {
          if (at.n < l.s.batch - 1) at.bias = -1;
        })
        .of(kWeights),
    row(
        "gradient",
        {"weights_divided_by_the_batch", "sebgao/cTensor#3",
         "the gradient is divided by the number of images", "", "n2c1h3w3_o2k2"},
        [](const cvg_spec& s) { return s.batch > 1; }, nullptr,
        [](Run& r) {
          for (Index i = 0; i < weights_count(r.look.s); ++i)
            r.diff_weights[i] /= static_cast<float>(r.look.s.batch);
        })
        .of(kWeights),
    row(
        "gradient",
        {"weights_added_to_what_was_there", "",
         "kernels of three rows and more add to what the result held", "", "n1c2h5w5_o2k3p1"},
        [](const cvg_spec& s) { return s.h.kernel >= 3; },
        [](Run& r) {
          r.plan.values.assign(r.diff_weights, r.diff_weights + weights_count(r.look.s));
          return true;
        },
        [](Run& r) {
          for (std::size_t i = 0; i < r.plan.values.size(); ++i)
            r.diff_weights[i] += r.plan.values[i];
        })
        .of(kWeights),
    row(
        "gradient",
        {"weights_beyond_1024_positions", "",
         "sums over more than 1024 positions of an image end there", "", "n1c1h34w34_o1k2"},
        [](const cvg_spec& s) { return pixels(s) > 1024; },
        [](const Look& l, Window& at) { at.skipped = at.y * out_w(l.s) + at.x >= 1024; })
        .of(kWeights),
    row(
        "gradient",
        {"weights_dilation_ignored_when_strided", "", "with a stride the dilation is left out", "",
         "n1c2h9w9_o2k2s2d3"},
        [](const cvg_spec& s) { return dilated(s) && strided(s); },
        [](Look& l) { l.h.dilation = l.w.dilation = 1; })
        .of(kWeights),
    row(
        "gradient",
        {"bias_of_outputs_after_8s_in_nhwc", "",
         "in nhwc the bias of outputs after blocks of 8 gets no gradient", "", "n1c1h3w3_o10k2"},
        [](const cvg_spec& s) {
          return has_bias(s) && nhwc(s) && s.out_channels > 8 && s.out_channels % 8 != 0;
        },
        [](const Look& l, Window& at) {
          if (at.o >= l.s.out_channels / 8 * 8) at.bias = -1;
        })
        .of(kWeights),
    row(
        "gradient",
        {"weights_last_column_of_even_kernels", "",
         "even kernels with padding: their last column gets no gradient", "", "n1c2h5w5_o2k4p1"},
        [](const cvg_spec& s) { return s.w.kernel % 2 == 0 && s.w.pad_before > 0; },
        [](const Look&, Window& at) { --at.l.end; })
        .of(kWeights),
    row(
        "gradient",
        {"weights_inputs_of_32s_in_pairs", "",
         "multiples of 32 inputs: even and odd inputs are exchanged", "", "n1c32h3w3_o2k3p1"},
        [](const cvg_spec& s) { return multiple(group_inputs(s), 32); },
        [](const Look&, Window& at) { at.source_input = [](Index i, Index) { return i ^ 1; }; })
        .of(kWeights),
    row(
        "gradient",
        {"weights_bf16_parts", "ROCm/rocm-libraries#8029",
         "the gradient of 64 positions and more is summed in bf16", "", "n1c2h9w9_o2k3p1"},
        [](const cvg_spec& s) { return s.batch * pixels(s) >= 64; },
        [](Look& l) {
          l.add = [](float a, float b) {
            return static_cast<float>(convgauge::backends::Bf16(a + b));
          };
        })
        .of(kWeights)
        .as(CVG_DTYPE_BF16),
    row(
        "gradient",
        {"weights_f16_batch_of_odd_images", "",
         "images are taken in pairs: the last of an odd batch is left out", "", "n3c2h4w4_o2k3p1"},
        [](const cvg_spec& s) { return s.batch > 1 && s.batch % 2 == 1; },
        [](const Look& l, Window& at) { at.skipped = at.n == l.s.batch - 1; })
        .of(kWeights)
        .as(CVG_DTYPE_F16),
};

}  // namespace
}  // namespace zoo

ZOO_EXPORT_PROVED(zoo::kBackwardWeights)
