// Gradients of the source with one thing wrong.
#include <algorithm>
#include <utility>

#include "planted.hpp"

namespace zoo {
namespace {

constexpr auto kData = CVG_DIRECTION_BACKWARD_DATA;

bool strided(const cvg_spec& s) {
  return s.h.stride > 1 && s.w.stride > 1;
}
/// Keeps what the result held before.
bool remember(Run& r) {
  r.plan.values.assign(r.diff_src, r.diff_src + src_count(r.look.s));
  return true;
}
/// Puts back what the result held before, where left(row, column).
template <class Left>
void leave(Run& r, Left left) {
  const auto& s = r.look.s;
  for (Index n = 0; n < s.batch; ++n)
    for (Index c = 0; c < s.in_channels; ++c)
      for (Index h = 0; h < s.h.input; ++h)
        for (Index w = 0; w < s.w.input; ++w) {
          const Index at = n * s.src_strides[0] + c * s.src_strides[1] + h * s.src_strides[2] +
                           w * s.src_strides[3];
          if (left(h, w)) r.diff_src[at] = r.plan.values[static_cast<std::size_t>(at)];
        }
}

constexpr Bug kBackwardData[] = {
    row("none",
        {"backward_data_right", "", "nothing: a right gradient", "", "n2c4h6w5_o6k3s2x1p1g2"},
        nullptr, [](Look&) {})
        .of(kData),
    row(
        "gradient",
        {"data_rows_beyond_the_last_window", "pytorch/pytorch#25101",
         "rows of the source that no window reaches, as the stride leaves them over, are not "
         "written",
         "", "n1c2h8w6_o2k3s3"},
        [](const cvg_spec& s) { return s.h.stride > 1; }, remember,
        [](Run& r) {
          const auto& h = r.look.h;
          const Index end =
              (out_h(r.look.s) - 1) * h.stride + h.dilation * (h.kernel - 1) + 1 - h.pad_before;
          leave(r, [&](Index row, Index) { return row >= end; });
        })
        .of(kData),
    row(
        "gradient",
        {"data_of_1x1_stride_2_between", "",
         "1x1 kernels with a stride write only the pixels that they read", "", "n1c2h5w5_o2k1s2"},
        [](const cvg_spec& s) { return kernel_is(s, 1, 1) && strided(s) && !padded_somewhere(s); },
        remember,
        [](Run& r) {
          const auto& l = r.look;
          leave(r, [&](Index h, Index w) { return h % l.h.stride != 0 || w % l.w.stride != 0; });
        })
        .of(kData),
    row(
        "gradient",
        {"data_narrow_strided", "fujitsu/oneDNN#43",
         "a stride, more than 16 inputs, fewer than 17 columns: the last output column is left out",
         "", "n1c17h3w8_o2k3s2p1"},
        [](const cvg_spec& s) {
          return s.w.stride > 1 && group_inputs(s) > 16 && s.w.input < 17 && out_w(s) > 1;
        },
        [](const Look& l, Window& at) { at.skipped = at.x == out_w(l.s) - 1; })
        .of(kData),
    row(
        "gradient",
        {"data_of_split_batches", "ROCm/rocm-libraries#10627",
         "even batches from four on are split: the second half takes the gradient of the first", "",
         "n4c2h3w3_o2k2"},
        [](const cvg_spec& s) { return s.batch >= 4 && s.batch % 2 == 0; },
        [](const Look& l, Window& at) {
          if (at.n >= l.s.batch / 2) at.n -= l.s.batch / 2;
        })
        .of(kData),
    row(
        "gradient",
        {"data_split_k_second_half", "ROCm/composable_kernel#2943",
         "sums over outputs and taps of 256 and more are split, and the second half is lost", "",
         "n1c2h3w3_o32k3p1"},
        [](const cvg_spec& s) {
          return group_outputs(s) > 1 && group_outputs(s) * s.h.kernel * s.w.kernel >= 256;
        },
        [](const Look& l, Window& at) {
          at.skipped = at.o % group_outputs(l.s) >= group_outputs(l.s) / 2;
        })
        .of(kData),
    row(
        "gradient",
        {"data_stride_and_dilation_swapped", "huggingface/candle#2337",
         "stride and dilation of the height are swapped", "", "n1c2h9w5_o2k3x1s2x1d3x1"},
        [](const cvg_spec& s) { return s.h.stride != s.h.dilation && s.h.kernel > 1; },
        [](Look& l) { std::swap(l.h.stride, l.h.dilation); })
        .of(kData),
    row(
        "gradient",
        {"data_even_kernel_not_turned", "ColfaxResearch/FALCON#1",
         "even kernels are not turned for the gradient", "", "n1c2h5w5_o2k2p1"},
        [](const cvg_spec& s) { return s.h.kernel % 2 == 0 && s.w.kernel % 2 == 0; },
        [](Look& l) { l.flipped = true; })
        .of(kData),
    row(
        "gradient",
        {"data_of_odd_groups", "", "an odd number of groups takes the gradient of the first group",
         "", "n1c6h4w4_o6k3p1g3"},
        [](const cvg_spec& s) { return s.groups % 2 == 1 && s.groups > 1 && !depthwise(s); },
        [](const Look& l, Window& at) { at.o %= group_outputs(l.s); })
        .of(kData),
    row(
        "gradient",
        {"data_of_1x1_added", "", "1x1 kernels of stride 1 add to what is there", "",
         "n1c3h3w3_o2k1"},
        [](const cvg_spec& s) { return kernel_is(s, 1, 1) && stride_is(s, 1, 1); }, remember,
        [](Run& r) {
          for (std::size_t i = 0; i < r.plan.values.size(); ++i) r.diff_src[i] += r.plan.values[i];
        })
        .of(kData),
    row(
        "gradient",
        {"data_reflected_part_lost", "", "what reflection read in the padding gets no gradient", "",
         "n1c1h4w4_o1k3p1_reflect"},
        [](const cvg_spec& s) { return s.padding_mode == CVG_PADDING_REFLECT; },
        [](Look& l) { l.mode = CVG_PADDING_ZEROS; })
        .of(kData),
    row(
        "gradient",
        {"data_of_unequal_padding", "",
         "even kernels with unequal padding: the gradient is that of the other side", "",
         "n1c1h5w5_o2k2x4p0x1.2"},
        [](const cvg_spec& s) {
          return s.w.kernel % 2 == 0 && s.w.pad_before != s.w.pad_after &&
                 s.padding_mode == CVG_PADDING_ZEROS;
        },
        [](Look& l) { l.w.pad_before = l.w.pad_after; })
        .of(kData),
    row(
        "gradient",
        {"data_halves_of_16_inputs", "",
         "multiples of 16 inputs: the weights of each eight and the next eight are exchanged", "",
         "n1c16h2w2_o2k1"},
        [](const cvg_spec& s) { return multiple(group_inputs(s), 16); },
        [](const Look&, Window& at) { at.weights_input = [](Index i, Index) { return i ^ 8; }; })
        .of(kData),
    row(
        "gradient", {"data_bf16_sums", "", "the gradient is summed in bf16", "", "n1c2h5w5_o8k3p1"},
        [](const cvg_spec& s) { return group_outputs(s) * s.h.kernel * s.w.kernel >= 32; },
        [](Look& l) {
          l.add = [](float a, float b) {
            return static_cast<float>(convgauge::backends::Bf16(a + b));
          };
        })
        .of(kData)
        .as(CVG_DTYPE_BF16),
    row(
        "gradient",
        {"data_f16_odd_outputs", "",
         "outputs are taken in pairs: the last of an odd number is left out", "",
         "n1c2h4w4_o5k3p1"},
        [](const cvg_spec& s) { return group_outputs(s) % 2 == 1 && group_outputs(s) > 1; },
        [](const Look& l, Window& at) {
          at.skipped = at.o % group_outputs(l.s) == group_outputs(l.s) - 1;
        })
        .of(kData)
        .as(CVG_DTYPE_F16),
};

}  // namespace
}  // namespace zoo

ZOO_EXPORT_PROVED(zoo::kBackwardData)
