// Forward and both gradients, through the SDK: f32, nchw and nhwc, zero padding.
#include <convgauge/sdk.hpp>

#include <algorithm>

namespace {

class Gradients {
 public:
  static constexpr const char* name = "abi1_gradients";
  static constexpr const char* description = "forward and both gradients, in loops";
  static constexpr const char* version = "1";
  static constexpr cvg::Supports supports{
      .layouts = {CVG_LAYOUT_NCHW, CVG_LAYOUT_NHWC},
      .directions = {CVG_DIRECTION_FORWARD, CVG_DIRECTION_BACKWARD_DATA,
                     CVG_DIRECTION_BACKWARD_WEIGHTS}};
  static void check(const cvg_spec&, const cvg_settings&) {}

  Gradients(const cvg_spec& spec, const cvg_settings&) : spec_(spec) {}

  void execute(const cvg::Slot& slot) {
    const auto& s = spec_;
    const auto* bias = static_cast<const float*>(slot.bias);
    auto* dst = static_cast<float*>(slot.dst);
    auto* diff_src = static_cast<float*>(slot.diff_src);
    auto* diff_weights = static_cast<float*>(slot.diff_weights);
    auto* diff_bias = static_cast<float*>(slot.diff_bias);
    if (diff_src) std::fill_n(diff_src, cvg::src_bytes(s) / sizeof(float), 0.0f);
    if (diff_weights) std::fill_n(diff_weights, cvg::weights_bytes(s) / sizeof(float), 0.0f);
    if (diff_bias) std::fill_n(diff_bias, s.out_channels, 0.0f);
    for (std::int64_t n = 0; n < s.batch; ++n)
      for (std::int64_t o = 0; o < s.out_channels; ++o)
        for (std::int64_t y = 0; y < cvg::output(s.h); ++y)
          for (std::int64_t x = 0; x < cvg::output(s.w); ++x) {
            const auto at = n * s.dst_strides[0] + o * s.dst_strides[1] + y * s.dst_strides[2] +
                            x * s.dst_strides[3];
            if (dst) dst[at] = bias ? bias[o] : 0.0f;
            if (diff_bias) diff_bias[o] += static_cast<const float*>(slot.diff_dst)[at];
            taps(slot, n, o, y, x, at);
          }
  }

 private:
  void taps(const cvg::Slot& slot, std::int64_t n, std::int64_t o, std::int64_t y, std::int64_t x,
            std::int64_t at) {
    const auto& s = spec_;
    const auto *src = static_cast<const float*>(slot.src),
               *weights = static_cast<const float*>(slot.weights),
               *diff_dst = static_cast<const float*>(slot.diff_dst);
    const auto inputs = s.in_channels / s.groups, first = o / (s.out_channels / s.groups) * inputs;
    for (std::int64_t i = 0; i < inputs; ++i)
      for (std::int64_t k = 0; k < s.h.kernel; ++k)
        for (std::int64_t l = 0; l < s.w.kernel; ++l) {
          const auto h = y * s.h.stride + k * s.h.dilation - s.h.pad_before;
          const auto w = x * s.w.stride + l * s.w.dilation - s.w.pad_before;
          const auto tap = o * s.weights_strides[0] + i * s.weights_strides[1] +
                           k * s.weights_strides[2] + l * s.weights_strides[3];
          const bool inside = h >= 0 && w >= 0 && h < s.h.input && w < s.w.input;
          const auto from = inside ? n * s.src_strides[0] + (first + i) * s.src_strides[1] +
                                         h * s.src_strides[2] + w * s.src_strides[3]
                                   : 0;
          if (slot.dst)
            static_cast<float*>(slot.dst)[at] += weights[tap] * (inside ? src[from] : 0.0f);
          if (slot.diff_src && inside)
            static_cast<float*>(slot.diff_src)[from] += weights[tap] * diff_dst[at];
          if (slot.diff_weights)
            static_cast<float*>(slot.diff_weights)[tap] +=
                diff_dst[at] * (inside ? src[from] : 0.0f);
        }
  }

  cvg_spec spec_;
};

}  // namespace

CVG_EXPORT_PLUGIN("convgauge_abi_1_abi1_gradients", "1", Gradients)
