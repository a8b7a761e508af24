// A correct plugin for 1x1 kernels that writes down which slots it was executed on, and in which
// batches: for each call a line with the source's address of every slot. On request the output of
// one slot is wrong.
#include <algorithm>
#include <convgauge/sdk.hpp>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

class Witness {
 public:
  static constexpr const char* name = "witness";
  static constexpr const char* description =
      "1x1 convolution that writes down what it was called for";
  static constexpr const char* version = "1.0";
  static constexpr cvg::Supports supports{
      .types = {CVG_DTYPE_F32}, .layouts = {CVG_LAYOUT_NCHW}, .padding_modes = {CVG_PADDING_ZEROS}};

  static std::span<const cvg_option_info> options() {
    static constexpr cvg_option_info kOptions[] = {
        {sizeof(cvg_option_info), "file", "a path", "",
         "where the calls are written when the plan is destroyed"},
        {sizeof(cvg_option_info), "spoil", "a number", "0",
         "the output of the so many'th source seen is wrong"}};
    return kOptions;
  }
  static void check(const cvg_spec& spec, const cvg_settings&) {
    cvg::refuse_unless(spec.h.kernel == 1 && spec.w.kernel == 1 && spec.groups == 1 &&
                           spec.h.stride == 1 && spec.w.stride == 1 && spec.h.pad_before == 0 &&
                           spec.w.pad_before == 0,
                       CVG_REASON_OTHER, "1x1 kernels, stride 1, no padding, one group");
  }

  Witness(const cvg_spec& spec, const cvg_settings& settings) : spec_(spec) {
    for (int i = 0; i < settings.option_count; ++i) {
      const std::string_view key = settings.options[i].key;
      if (key == "file") file_ = settings.options[i].value;
      if (key == "spoil") spoil_ = static_cast<std::size_t>(std::atoi(settings.options[i].value));
    }
  }
  Witness(Witness&&) = default;
  ~Witness() {
    if (file_.empty()) return;
    if (std::FILE* out = std::fopen(file_.c_str(), "a")) {
      std::fputs(calls_.c_str(), out);
      std::fputs("end\n", out);
      std::fclose(out);
    }
  }

  void execute(const cvg::Slot& slot) {
    calls_ += std::to_string(reinterpret_cast<std::uintptr_t>(slot.src)) + "\n";
    if (std::find(seen_.begin(), seen_.end(), slot.src) == seen_.end()) seen_.push_back(slot.src);
    compute(slot);
    if (spoil_ > 0 && seen_.size() >= spoil_ && seen_[spoil_ - 1] == slot.src)
      *static_cast<float*>(slot.dst) += 1;
  }

 private:
  void compute(const cvg::Slot& slot) const {
    const auto plane = spec_.h.input * spec_.w.input;
    const auto *src = static_cast<const float*>(slot.src),
               *weights = static_cast<const float*>(slot.weights);
    for (std::int64_t n = 0; n < spec_.batch; ++n)
      for (std::int64_t o = 0; o < spec_.out_channels; ++o) {
        auto* dst = static_cast<float*>(slot.dst) + (n * spec_.out_channels + o) * plane;
        std::fill_n(dst, plane, slot.bias ? static_cast<const float*>(slot.bias)[o] : 0.0f);
        for (std::int64_t i = 0; i < spec_.in_channels; ++i) {
          const float* from = src + (n * spec_.in_channels + i) * plane;
          const float tap = weights[o * spec_.in_channels + i];
          for (std::int64_t x = 0; x < plane; ++x) dst[x] += tap * from[x];
        }
      }
  }

  cvg_spec spec_;
  std::string file_, calls_;
  std::size_t spoil_ = 0;
  std::vector<const void*> seen_;
};

}  // namespace

CVG_EXPORT_PLUGIN("witness", "1.0", Witness)
