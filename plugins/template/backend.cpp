// A backend to start from: direct convolution in f32, nchw, with zero padding; any stride, dilation
// and groups. Copy the folder, change `name` here and in CMakeLists.txt, and put your own kernel in
// place of convolve().
#include <convgauge/sdk.hpp>

namespace {

class Template {
 public:
  static constexpr const char* name = "template";  // [a-z0-9_]+
  static constexpr const char* description = "the example that convgauge ships for plugin authors";
  static constexpr const char* version = "0.1";

  // What the class can do as a whole. Everything else is refused for you, with a reason and a
  // sentence.
  static constexpr cvg::Supports supports{
      .types = {CVG_DTYPE_F32}, .layouts = {CVG_LAYOUT_NCHW}, .padding_modes = {CVG_PADDING_ZEROS}};

  // Refuses problems by their numbers. A refusal never counts as a fault.
  static void check(const cvg_spec& spec, const cvg_settings&) {
    if (spec.h.kernel > 64 || spec.w.kernel > 64)
      throw cvg::Refused(CVG_REASON_KERNEL, "kernels beyond 64 taps on an axis are not supported");
  }

  // Not timed: build tables, choose block sizes, generate code. No tensor is known yet. The spec
  // may be kept, the pointers in cvg_settings may not. For scratch memory add workspace_bytes();
  // for packed weights add packed_weights_bytes() and prepare_weights(). <convgauge/sdk.hpp> lists
  // everything that can be added.
  Template(const cvg_spec& spec, const cvg_settings&) : spec_(spec) {}

  // Timed. Writes every element of the output, never reads it, allocates nothing. It may use
  // cvg_settings::threads threads; this one uses only the one that calls it.
  void execute(const cvg::Slot& slot) const {
    const auto* src = static_cast<const float*>(slot.src);
    const auto* weights = static_cast<const float*>(slot.weights);
    const auto* bias = static_cast<const float*>(slot.bias);  // null where the problem has none
    auto* dst = static_cast<float*>(slot.dst);
    const auto& s = spec_;
    for (std::int64_t n = 0; n < s.batch; ++n)
      for (std::int64_t o = 0; o < s.out_channels; ++o)
        for (std::int64_t y = 0; y < cvg::output(s.h); ++y)
          for (std::int64_t x = 0; x < cvg::output(s.w); ++x)
            *dst++ = (bias ? bias[o] : 0.0f) + convolve(src, weights, n, o, y, x);
  }

 private:
  // ---- your own kernel goes here --------------------------------------------------------------
  // sum over i, k, l of weights[o,i,k,l] * src[n, first + i, y * stride + k * dilation - pad, ...]
  float convolve(const float* src, const float* weights, std::int64_t n, std::int64_t o,
                 std::int64_t y, std::int64_t x) const {
    const auto& s = spec_;
    const auto inputs = s.in_channels / s.groups, outputs = s.out_channels / s.groups;
    const auto first = o / outputs * inputs;  // the first input channel of the group
    float sum = 0;
    for (std::int64_t i = 0; i < inputs; ++i)
      for (std::int64_t k = 0; k < s.h.kernel; ++k) {
        const auto h = y * s.h.stride + k * s.h.dilation - s.h.pad_before;
        if (h < 0 || h >= s.h.input) continue;
        const float* row = src + ((n * s.in_channels + first + i) * s.h.input + h) * s.w.input;
        const float* taps = weights + ((o * inputs + i) * s.h.kernel + k) * s.w.kernel;
        for (std::int64_t l = 0; l < s.w.kernel; ++l) {
          const auto w = x * s.w.stride + l * s.w.dilation - s.w.pad_before;
          if (w >= 0 && w < s.w.input) sum += taps[l] * row[w];
        }
      }
    return sum;
  }

  cvg_spec spec_;
};

}  // namespace

CVG_EXPORT_PLUGIN("template", "0.1", Template)
