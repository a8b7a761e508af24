// Stride, dilation and kernel misread under some parameters.
#include <algorithm>
#include <utility>

#include "planted.hpp"

namespace zoo {
namespace {

constexpr Bug kAxes[] = {
    {"stride_h_for_w", "specification", "pytorch/pytorch#187760",
     "the stride of the height is used for the width, where they differ", "stride_h used for both",
     [](const cvg_spec& s) { return s.h.stride != s.w.stride; },
     [](Look& l) { l.w.stride = l.h.stride; }},
    {"strides_swapped_when_dilated", "specification", "tinygrad/tinygrad#17805",
     "the strides of the axes are swapped where the kernel is dilated",
     "stride_h and stride_w swapped", dilated, [](Look& l) { std::swap(l.h.stride, l.w.stride); }},
    {"stride_w_for_h_in_rows", "specification", "jefkine/zeta-learn#4",
     "the stride of the width is used for the height in 1xk kernels",
     "stride_w used for both|stride_h taken as 1|swapped",
     [](const cvg_spec& s) {
       return s.h.kernel == 1 && s.w.kernel > 1 && s.h.stride != s.w.stride;
     },
     [](Look& l) { l.h.stride = l.w.stride; }},
    {"stride_2_of_1x1_ignored", "specification", "ROCm/composable_kernel#105",
     "a 1x1 convolution of stride 2 without padding is taken as a matrix product over adjoining "
     "pixels",
     "stride",
     [](const cvg_spec& s) {
       return kernel_is(s, 1, 1) && stride_is(s, 2, 2) && !padded_somewhere(s);
     },
     [](Look& l) { l.h.stride = l.w.stride = 1; }},
    {"stride_of_padded_1x1_ignored", "specification", "tensorflow/tensorflow#1868",
     "a padded 1x1 convolution with a stride steps by one along the width",
     "stride_w taken as 1|stride ignored",
     [](const cvg_spec& s) { return kernel_is(s, 1, 1) && padded_somewhere(s); },
     [](Look& l) { l.w.stride = 1; }},
    {"stride_3_as_2", "specification", "",
     "strides of three and more take the unrolled code for two", "stride",
     [](const cvg_spec& s) { return s.h.stride >= 3 && s.w.stride >= 3; },
     [](Look& l) { l.h.stride = l.w.stride = 2; }},
    {"depthwise_stride_ignored_when_dilated", "specification", "tensorflow/tensorflow#31514",
     "a depthwise convolution with dilation loses its stride",
     "stride ignored|stride_[hw] taken as 1|stride_[hw] used for both",
     [](const cvg_spec& s) { return depthwise(s) && dilated(s); },
     [](Look& l) { l.h.stride = l.w.stride = 1; }},
    {"stride_beyond_kernel_clipped", "specification", "",
     "a stride larger than the kernel is cut to the kernel's size", "stride",
     [](const cvg_spec& s) { return s.h.stride > s.h.kernel && s.h.kernel > 1; },
     [](Look& l) { l.h.stride = std::min(l.h.stride, l.h.kernel); }},
    {"dilation_h_for_w", "specification", "tenstorrent/tt-metal#19542",
     "the dilation of the height is used for the width", "dilation_h used for both",
     [](const cvg_spec& s) { return s.h.dilation != s.w.dilation && s.w.kernel > 1; },
     [](Look& l) { l.w.dilation = l.h.dilation; }},
    {"depthwise_dilation_ignored", "specification", "Tencent/ncnn#315",
     "depthwise 3x3 kernels are taken as dense ones",
     "dilation ignored|dilation_[hw] taken as 1|dilation_[hw] used for both",
     [](const cvg_spec& s) { return depthwise(s) && dilated(s) && s.h.kernel == 3; },
     [](Look& l) { l.h.dilation = l.w.dilation = 1; }},
    {"dilation_beyond_2_as_2", "specification", "", "dilations above two take the code for two",
     "dilation", [](const cvg_spec& s) { return s.h.dilation > 2 && s.h.kernel > 1; },
     [](Look& l) { l.h.dilation = 2, l.w.dilation = std::min<Index>(l.w.dilation, 2); }},
    {"dilation_ignored_with_groups", "specification", "FluxML/NNlib.jl#44",
     "the path for groups loses the dilation of the width",
     "dilation_w taken as 1|dilation ignored|dilation_h used for both",
     [](const cvg_spec& s) {
       return s.groups > 1 && !depthwise(s) && s.w.dilation > 1 && s.w.kernel > 1;
     },
     [](Look& l) { l.w.dilation = 1; }},
    {"dilation_of_the_stride", "specification", "",
     "with strides, the dilation is multiplied by the stride", "dilation",
     [](const cvg_spec& s) { return dilated(s) && s.h.stride > 1 && s.h.kernel > 1; },
     [](Look& l) { l.h.dilation *= l.h.stride; }},
    {"kernel_cut_to_3x3", "specification", "apache/tvm#4276",
     "the path for Winograd takes every odd square kernel of stride 1 for a 3x3 one",
     "kernel cut to its first 3",
     [](const cvg_spec& s) {
       return s.h.kernel == s.w.kernel && s.h.kernel > 3 && s.h.kernel % 2 == 1 &&
              stride_is(s, 1, 1) && !dilated(s);
     },
     [](Look& l) { l.h.kernel = l.w.kernel = 3; }},
    {"kernel_h_of_kernel_w", "specification", "apache/tvm#7090",
     "a kernel higher than wide loses rows: its height is taken from its width",
     "kernel row|kernel_w used for both|first row",
     [](const cvg_spec& s) { return s.h.kernel > s.w.kernel; },
     [](Look& l) { l.h.kernel = l.w.kernel; }},
    {"kernel_sizes_swapped", "specification", "mlpack/mlpack#3376",
     "weights of a kernel that is not square are read as rows of its height",
     "kernel_h and kernel_w swapped|rows of the kernel|transposed",
     [](const cvg_spec& s) { return s.h.kernel != s.w.kernel && s.h.kernel > 1 && s.w.kernel > 1; },
     [](Look& l) { l.weights[2] = 1, l.weights[3] = l.h.kernel; }},
    {"kernel_flipped_when_large", "specification", "",
     "kernels of 11 and more take the code of a true convolution, flipped",
     "kernel flipped in h and w",
     [](const cvg_spec& s) { return s.h.kernel >= 11 && s.w.kernel >= 9; },
     [](Look& l) { l.flipped = true; }},
    {"kernel_transposed_in_nhwc", "specification", "",
     "in nhwc the kernel of a square 5x5 is transposed", "kernel transposed",
     [](const cvg_spec& s) { return nhwc(s) && kernel_is(s, 5, 5); },
     [](Look& l) { std::swap(l.weights[2], l.weights[3]); }},
    {"kernel_clipped_to_input", "specification", "PaddlePaddle/Paddle-Lite#858",
     "a kernel larger than the input loses the taps beyond the input's size", "kernel",
     [](const cvg_spec& s) { return s.h.kernel > s.h.input || s.w.kernel > s.w.input; },
     [](Look& l) {
       l.h.kernel = std::min(l.h.kernel, l.h.input);
       l.w.kernel = std::min(l.w.kernel, l.w.input);
     }},
    {"kernel_counter_of_8_bits", "specification", "tensorflow/tensorflow#39054",
     "taps are counted in 8 bits: of a row of 257 one is left", "kernel", nullptr,
     [](Look& l) { l.h.kernel &= 255, l.w.kernel &= 255; }},
    {"even_kernel_last_tap_dropped", "specification", "",
     "kernels of even width lose their last column", "last kernel column dropped",
     [](const cvg_spec& s) { return s.w.kernel % 2 == 0; }, [](Look& l) { --l.w.kernel; }},
    {"taps_beyond_4_dropped", "specification", "",
     "rows of 5 to 7 taps lose those beyond the vector of 4", "kernel column|kernel cut",
     [](const cvg_spec& s) { return s.w.kernel > 4 && s.w.kernel < 8; },
     [](Look& l) { l.w.kernel = 4; }},
    {"windows_from_the_end", "specification", "",
     "where rows are left over the windows are laid from the end of the input",
     "end|remainder|left over", nullptr,
     [](Look& l) {
       const Index rest =
           l.h.pad_before + l.h.input + l.h.pad_after - l.h.dilation * (l.h.kernel - 1) - 1;
       l.h.pad_before -= rest % l.h.stride;
     }},
};

}  // namespace
}  // namespace zoo

ZOO_EXPORT(zoo::kAxes)
