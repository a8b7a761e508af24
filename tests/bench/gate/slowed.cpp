// A correct plugin that one option makes slower by an exact share: so many per cent of the output
// rows are computed once more. For the gate, which must find 5% and must not accuse 0%.
#include <convgauge/sdk.hpp>
#include <cstdlib>
#include <string_view>

namespace {

class Slowed {
 public:
  static constexpr const char* name = "slowed";
  static constexpr const char* description = "direct convolution that computes some rows twice";
  static constexpr const char* version = "1.0";
  static constexpr cvg::Supports supports{
      .types = {CVG_DTYPE_F32}, .layouts = {CVG_LAYOUT_NCHW}, .padding_modes = {CVG_PADDING_ZEROS}};

  static std::span<const cvg_option_info> options() {
    static constexpr cvg_option_info kOptions[] = {
        {sizeof(cvg_option_info), "percent", "0|2|5|10|50", "0",
         "share of the output rows that are computed twice"}};
    return kOptions;
  }
  static void check(const cvg_spec&, const cvg_settings&) {}

  Slowed(const cvg_spec& spec, const cvg_settings& settings) : spec_(spec) {
    for (int i = 0; i < settings.option_count; ++i)
      if (std::string_view(settings.options[i].key) == "percent")
        percent_ = std::atoi(settings.options[i].value);
  }

  void execute(const cvg::Slot& slot) const {
    const auto rows = spec_.batch * spec_.out_channels * cvg::output(spec_.h);
    for (std::int64_t row = 0; row < rows; ++row) compute(slot, row);
    for (std::int64_t row = 0; row < rows * percent_ / 100; ++row) compute(slot, row);
  }

 private:
  /// One output row: for each tap, a multiple of a source row added to it.
  void compute(const cvg::Slot& slot, std::int64_t row) const {
    const auto& s = spec_;
    const auto height = cvg::output(s.h), width = cvg::output(s.w);
    const auto y = row % height, o = row / height % s.out_channels,
               n = row / height / s.out_channels;
    const auto inputs = s.in_channels / s.groups, first = o / (s.out_channels / s.groups) * inputs;
    const auto *src = static_cast<const float*>(slot.src),
               *weights = static_cast<const float*>(slot.weights);
    auto* dst = static_cast<float*>(slot.dst) + row * width;
    for (std::int64_t x = 0; x < width; ++x)
      dst[x] = slot.bias ? static_cast<const float*>(slot.bias)[o] : 0.0f;
    for (std::int64_t i = 0; i < inputs; ++i)
      for (std::int64_t k = 0; k < s.h.kernel; ++k) {
        const auto h = y * s.h.stride + k * s.h.dilation - s.h.pad_before;
        if (h < 0 || h >= s.h.input) continue;
        const float* from = src + ((n * s.in_channels + first + i) * s.h.input + h) * s.w.input;
        for (std::int64_t l = 0; l < s.w.kernel; ++l) {
          const float tap = weights[((o * inputs + i) * s.h.kernel + k) * s.w.kernel + l];
          const auto shift = l * s.w.dilation - s.w.pad_before;
          for (std::int64_t x = 0; x < width; ++x)
            if (const auto w = x * s.w.stride + shift; w >= 0 && w < s.w.input)
              dst[x] += tap * from[w];
        }
      }
  }

  cvg_spec spec_;
  int percent_ = 0;
};

}  // namespace

CVG_EXPORT_PLUGIN("slowed", "1.0", Slowed)
