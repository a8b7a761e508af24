// A plugin that keeps weights in memory of its own, as a library with objects does, with one fault
// by the option `fault`: only "none" replaces them as R20 demands.
#include <convgauge/sdk.hpp>

#include <vector>

namespace faulty {

class Weights {
 public:
  static constexpr const char* name = "weights";
  static constexpr const char* version = "0";
  static constexpr const char* description = "weights kept in a library, with one fault, for tests";
  static constexpr cvg::Supports supports{};

  static std::span<const cvg_option_info> options() {
    static constexpr cvg_option_info all[] = {
        cvg::describe_option("fault", "none|first_bind|first_prepare|first_buffer", "none",
                             "which of several prepare_weights() counts")};
    return all;
  }
  static void check(const cvg_spec&, const cvg_settings&) {}

  Weights(const cvg_spec& spec, const cvg_settings& settings)
      : spec_(spec),
        fault_(cvg::option(settings, "fault").value_or("none")),
        kept_(static_cast<std::size_t>(settings.slots)) {}

  std::vector<cvg_requirement> requirements() const {
    auto made = cvg::tensors(spec_, true);
    made.push_back(in_buffer() ? cvg::packed_weights(cvg::weights_bytes(spec_))
                               : cvg::in_library(CVG_ROLE_PACKED_WEIGHTS));
    return made;
  }
  void bind(const cvg::Slot& slot) {
    if (fault_ != "first_bind" && !in_buffer()) kept(slot).clear();
  }
  void prepare_weights(const cvg_tensors& host, const cvg::Slot& slot) {
    const auto* from = static_cast<const float*>(host.weights);
    if (fault_ != "none" && !kept(slot).empty()) return;
    kept(slot).assign(from, from + cvg::weights_bytes(spec_) / sizeof(float));
    if (in_buffer()) std::memcpy(slot.packed_weights, from, cvg::weights_bytes(spec_));
  }

  void execute(const cvg::Slot& slot) {
    const auto& s = spec_;
    const auto* bias = static_cast<const float*>(slot.bias);
    auto* dst = static_cast<float*>(slot.dst);
    for (std::int64_t n = 0; n < s.batch; ++n)
      for (std::int64_t o = 0; o < s.out_channels; ++o)
        for (std::int64_t y = 0; y < cvg::output(s.h); ++y)
          for (std::int64_t x = 0; x < cvg::output(s.w); ++x)
            *dst++ = (bias ? bias[o] : 0.0f) + sum(slot, n, o, y, x);
  }

 private:
  /// Packs into the buffer of the first bind(), and never into that of another one.
  bool in_buffer() const { return fault_ == "first_buffer"; }
  std::vector<float>& kept(const cvg::Slot& slot) {
    return kept_[static_cast<std::size_t>(slot.index)];
  }
  float sum(const cvg::Slot& slot, std::int64_t n, std::int64_t o, std::int64_t y, std::int64_t x) {
    const auto& s = spec_;
    const auto* src = static_cast<const float*>(slot.src);
    const auto* weights =
        in_buffer() ? static_cast<const float*>(slot.packed_weights) : kept(slot).data();
    const auto inputs = s.in_channels / s.groups, first = o / (s.out_channels / s.groups) * inputs;
    float all = 0;
    for (std::int64_t i = 0; i < inputs; ++i)
      for (std::int64_t k = 0; k < s.h.kernel; ++k)
        for (std::int64_t l = 0; l < s.w.kernel; ++l) {
          const auto h = y * s.h.stride + k * s.h.dilation - s.h.pad_before;
          const auto w = x * s.w.stride + l * s.w.dilation - s.w.pad_before;
          if (h < 0 || w < 0 || h >= s.h.input || w >= s.w.input) continue;
          all += src[((n * s.in_channels + first + i) * s.h.input + h) * s.w.input + w] *
                 weights[((o * inputs + i) * s.h.kernel + k) * s.w.kernel + l];
        }
    return all;
  }

  cvg_spec spec_;
  std::string fault_;
  std::vector<std::vector<float>> kept_;  // by slot
};

}  // namespace faulty

CVG_EXPORT_PLUGIN("convgauge_faulty_weights", "0", faulty::Weights)
