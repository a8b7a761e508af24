// The gradients with one fault each, by the option `fault`: none of them must pass, but "none"
// must.
#include <convgauge/sdk.hpp>

#include <cstdlib>

#include "../../backends/naive/gradients.hpp"

namespace faulty {

namespace naive = convgauge::backends::naive;

class Gradients {
 public:
  static constexpr const char* name = "gradients";
  static constexpr const char* version = "0";
  static constexpr const char* description = "the gradients in loops with one fault, for tests";
  static constexpr cvg::Supports supports{
      .types = {CVG_DTYPE_F32, CVG_DTYPE_BF16},  // bf16: only what aborts, see check()
      .layouts = {CVG_LAYOUT_NCHW, CVG_LAYOUT_NHWC},
      .padding_modes = {CVG_PADDING_ZEROS, CVG_PADDING_REFLECT, CVG_PADDING_REPLICATE,
                        CVG_PADDING_CIRCULAR},
      .directions = {CVG_DIRECTION_BACKWARD_DATA, CVG_DIRECTION_BACKWARD_WEIGHTS}};

  static std::span<const cvg_option_info> options() {
    static constexpr cvg_option_info all[] = {
        cvg::describe_option("fault", "a word", "none", "what is done wrong")};
    return all;
  }
  static std::vector<cvg_algorithm> algorithms(const cvg_spec&, const cvg_settings&) {
    return {cvg::algorithm("gradients.loops")};
  }
  static void check(const cvg_spec& spec, const cvg_settings& settings) {
    if (spec.src_type != CVG_DTYPE_F32 && cvg::option(settings, "fault") != "aborts")
      throw cvg::Refused(CVG_REASON_DTYPE, "computes in f32");
  }

  Gradients(const cvg_spec& spec, const cvg_settings& settings)
      : spec_(spec), fault_(cvg::option(settings, "fault").value_or("none")), right_(spec) {
    auto& s = spec_;
    if (is("padding_sides_swapped"))
      std::swap(s.h.pad_before, s.h.pad_after), std::swap(s.w.pad_before, s.w.pad_after);
    if (is("padding_axes_swapped"))
      std::swap(s.h.pad_before, s.w.pad_before), std::swap(s.h.pad_after, s.w.pad_after);
    if (is("padding_mode_ignored")) s.padding_mode = CVG_PADDING_ZEROS;
    if (is("stride_swapped")) std::swap(s.h.stride, s.w.stride);
    if (is("dilation_ignored")) s.h.dilation = s.w.dilation = 1;
    if (is("last_image_forgotten")) s.batch = std::max<std::int64_t>(1, s.batch - 1);
  }

  std::size_t workspace_bytes() const {
    return static_cast<std::size_t>(spec_.h.input * spec_.w.input) * sizeof(float);
  }

  void execute(const cvg::Slot& slot) {
    if (is("aborts")) std::abort();
    // Of the right problem: a bent one must not reach beyond the tensors.
    const auto height = cvg::output(right_.h), width = cvg::output(right_.w);
    if (right_.direction == CVG_DIRECTION_BACKWARD_DATA)
      data(slot, height, width);
    else
      weights(slot, height, width);
    if (is("writes_diff_dst")) *static_cast<float*>(slot.diff_dst) += 1;
    if (is("reads_past_diff_dst"))
      sink_ =
          static_cast<const volatile float*>(slot.diff_dst)[cvg::dst_bytes(right_) / sizeof(float)];
    if (is("writes_past_result"))
      static_cast<float*>(result(slot))[result_bytes() / sizeof(float)] = 0;
  }

 private:
  bool is(std::string_view fault) const { return fault_ == fault; }
  void* result(const cvg::Slot& slot) const {
    return slot.diff_src ? slot.diff_src : slot.diff_weights;
  }
  std::size_t result_bytes() const {
    return right_.direction == CVG_DIRECTION_BACKWARD_DATA ? cvg::src_bytes(right_)
                                                           : cvg::weights_bytes(right_);
  }

  /// The weights as this fault reads them.
  const float* weights_of(const cvg::Slot& slot) {
    const auto* given = static_cast<const float*>(slot.weights);
    if (!is("kernel_turned")) return given;
    const auto taps = spec_.h.kernel * spec_.w.kernel,
               count = spec_.out_channels * (spec_.in_channels / spec_.groups);
    turned_.resize(static_cast<std::size_t>(count * taps));
    for (std::int64_t i = 0; i < count * taps; ++i)
      turned_[static_cast<std::size_t>(i)] = given[i / taps * taps + taps - 1 - i % taps];
    return turned_.data();
  }

  void data(const cvg::Slot& slot, std::int64_t height, std::int64_t width) {
    auto* out = static_cast<float*>(slot.diff_src);
    const auto* diff_dst = static_cast<const float*>(slot.diff_dst);
    const std::vector<float> before(out, out + result_bytes() / sizeof(float));
    if (is("keeps_first_gradient") && !kept_.empty())
      return void(std::copy(kept_.begin(), kept_.end(), out));
    if (is("last_row_forgotten")) --height;
    for (std::int64_t plane = 0; plane < spec_.batch * spec_.in_channels; ++plane) {
      const auto c = plane % spec_.in_channels;
      if (is("leaves_last_channel") && c == spec_.in_channels - 1) continue;
      naive::data_plane<float, float>(spec_, weights_of(slot), diff_dst, out,
                                      plane / spec_.in_channels, c, height, width,
                                      static_cast<float*>(slot.workspace));
    }
    if (spec_.batch < right_.batch)  // what the forgotten image has: zeros
      std::fill_n(out + spec_.batch * spec_.src_strides[0], right_.src_strides[0], 0.0f);
    if (is("accumulates"))
      for (std::size_t i = 0; i < before.size(); ++i) out[i] += before[i];
    if (is("keeps_first_gradient")) kept_.assign(out, out + before.size());
  }

  void weights(const cvg::Slot& slot, std::int64_t height, std::int64_t width) {
    const auto *src = static_cast<const float*>(slot.src),
               *diff_dst = static_cast<const float*>(slot.diff_dst);
    auto *out = static_cast<float*>(slot.diff_weights), *bias = static_cast<float*>(slot.diff_bias);
    const auto* tap = spec_.weights_strides;
    for (std::int64_t o = 0; o < spec_.out_channels; ++o) {
      for (std::int64_t i = 0; i < spec_.in_channels / spec_.groups; ++i)
        for (std::int64_t k = 0; k < spec_.h.kernel; ++k)
          for (std::int64_t l = 0; l < spec_.w.kernel; ++l) {
            const auto sum =
                naive::tap_sum<float, float>(spec_, src, diff_dst, o, i, k, l, height, width);
            out[o * tap[0] + i * tap[1] +
                (is("kernel_turned") ? spec_.h.kernel - 1 - k : k) * tap[2] + l * tap[3]] =
                is("sums_of_eight_bits") ? coarse(sum) : sum;
          }
      if (bias && !is("bias_unwritten"))
        bias[o] = is("bias_zero")
                      ? 0
                      : naive::channel_sum<float, float>(spec_, diff_dst, o, height, width);
    }
  }

  /// Cut to eight explicit bits: as sums of a narrow type are.
  static float coarse(float value) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    bits &= 0xffff8000u;
    std::memcpy(&value, &bits, sizeof bits);
    return value;
  }

  cvg_spec spec_;
  std::string fault_;
  cvg_spec right_;
  std::vector<float> turned_, kept_;
  volatile float sink_ = 0;
};

}  // namespace faulty

CVG_EXPORT_PLUGIN("convgauge_faulty_gradients", "0", faulty::Gradients)
