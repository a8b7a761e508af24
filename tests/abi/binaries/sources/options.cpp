// Options, several algorithms of which one rounds subnormal numbers to zero, notes and details,
// through the SDK: forward, f32, nchw.
#include <convgauge/sdk.hpp>

#include <cmath>
#include <string>

namespace {

class Options {
 public:
  static constexpr const char* name = "abi1_options";
  static constexpr const char* description = "options, algorithms, refusals, details";
  static const char* version() { return "1"; }
  static constexpr cvg::Supports supports{.max_threads = 64};

  static std::span<const cvg_option_info> options() {
    static constexpr cvg_option_info all[] = {
        cvg::describe_option("order", "forwards|backwards", "forwards", "in which taps are summed"),
        cvg::describe_option("block", "1..64", "8", "outputs that are computed together")};
    return all;
  }
  static std::vector<cvg_algorithm> algorithms(const cvg_spec&, const cvg_settings&) {
    return {cvg::algorithm("options.loops"),
            cvg::algorithm("options.flushing", CVG_CLASS_GEMM, {.flushes_subnormals = true})};
  }
  static void check(const cvg_spec& spec, const cvg_settings&) {
    cvg::refuse_unless(spec.h.kernel <= 7 && spec.w.kernel <= 7, CVG_REASON_KERNEL,
                       "kernels beyond 7x7 are not supported");
  }

  Options(const cvg_spec& spec, const cvg_settings& settings)
      : spec_(spec),
        backwards_(cvg::option(settings, "order") == "backwards"),
        flushes_(settings.algorithm == std::string_view("options.flushing")) {}

  std::size_t workspace_bytes() const { return sizeof(float); }
  std::size_t packed_weights_bytes() const { return cvg::weights_bytes(spec_); }
  void prepare_weights(const cvg_tensors& host, const cvg::Slot& slot) {
    std::memcpy(slot.packed_weights, host.weights, cvg::weights_bytes(spec_));
  }
  std::string details() const {
    return std::string(R"({"order": ")") + (backwards_ ? "backwards" : "forwards") + "\"}";
  }
  static std::string device_details(std::int32_t) { return R"({"throttle_reasons": "none"})"; }

  void execute(const cvg::Slot& slot) {
    const auto& s = spec_;
    const auto* bias = static_cast<const float*>(slot.bias);
    auto* dst = static_cast<float*>(slot.dst);
    for (std::int64_t n = 0; n < s.batch; ++n)
      for (std::int64_t o = 0; o < s.out_channels; ++o)
        for (std::int64_t y = 0; y < cvg::output(s.h); ++y)
          for (std::int64_t x = 0; x < cvg::output(s.w); ++x) {
            auto& sum = *static_cast<float*>(slot.workspace);
            sum = bias ? flushed(bias[o]) : 0.0f;
            add_taps(slot, sum, n, o, y, x);
            *dst++ = flushed(sum);
          }
  }

 private:
  float flushed(float value) const {
    return flushes_ && std::fabs(value) < 0x1p-126f ? 0.0f : value;
  }
  void add_taps(const cvg::Slot& slot, float& sum, std::int64_t n, std::int64_t o, std::int64_t y,
                std::int64_t x) const {
    const auto& s = spec_;
    const auto *src = static_cast<const float*>(slot.src),
               *weights = static_cast<const float*>(slot.packed_weights);
    const auto inputs = s.in_channels / s.groups, first = o / (s.out_channels / s.groups) * inputs;
    const auto taps = inputs * s.h.kernel * s.w.kernel;
    for (std::int64_t t = 0; t < taps; ++t) {
      const auto tap = backwards_ ? taps - 1 - t : t;
      const auto i = tap / (s.h.kernel * s.w.kernel), k = tap / s.w.kernel % s.h.kernel,
                 l = tap % s.w.kernel;
      const auto h = y * s.h.stride + k * s.h.dilation - s.h.pad_before;
      const auto w = x * s.w.stride + l * s.w.dilation - s.w.pad_before;
      const bool inside = h >= 0 && w >= 0 && h < s.h.input && w < s.w.input;
      const float value =
          inside ? src[((n * s.in_channels + first + i) * s.h.input + h) * s.w.input + w] : 0.0f;
      sum += flushed(weights[o * taps + tap]) * flushed(value);
    }
  }

  cvg_spec spec_;
  bool backwards_, flushes_;
};

}  // namespace

CVG_EXPORT_PLUGIN("convgauge_abi_1_abi1_options", "1", Options)
