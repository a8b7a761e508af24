// naive: the definition of Conv2d and its gradients in loops, for every parameter, padding mode and
// type; other backends are compared with it. Threads divide the planes of the output (forward), the
// planes of the source (its gradient), or the pairs of output and input channel (gradient of the
// weights).
#include <convgauge/sdk.hpp>

#include "../common/narrow.hpp"
#include "convolution.hpp"
#include "gradients.hpp"

namespace convgauge::backends::naive {

class Naive {
 public:
  static constexpr const char* name = "naive";
  static constexpr const char* version = "1.0";
#ifdef _OPENMP
  static constexpr const char* description = "the definition in loops (OpenMP)";
#else
  static constexpr const char* description =
      "the definition in loops (built without OpenMP: one thread)";
#endif
  static constexpr cvg::Supports supports{
      .types = {CVG_DTYPE_F32, CVG_DTYPE_F64, CVG_DTYPE_F16, CVG_DTYPE_BF16},
      .layouts = {CVG_LAYOUT_NCHW, CVG_LAYOUT_NHWC},
      .padding_modes = {CVG_PADDING_ZEROS, CVG_PADDING_REFLECT, CVG_PADDING_REPLICATE,
                        CVG_PADDING_CIRCULAR},
      .directions = {CVG_DIRECTION_FORWARD, CVG_DIRECTION_BACKWARD_DATA,
                     CVG_DIRECTION_BACKWARD_WEIGHTS},
      .any_strides = true};

  static std::vector<cvg_algorithm> algorithms(const cvg_spec& spec, const cvg_settings&) {
    return {cvg::algorithm(spec.direction == CVG_DIRECTION_FORWARD ? "naive.loops"
                           : spec.direction == CVG_DIRECTION_BACKWARD_DATA
                               ? "naive.backward_data"
                               : "naive.backward_weights")};
  }
  static void check(const cvg_spec&, const cvg_settings&) {}

  Naive(const cvg_spec& spec, const cvg_settings& settings)
      : spec_(spec), threads_(settings.threads) {}

  std::vector<cvg_requirement> requirements() const {
    auto all = cvg::tensors(spec_, false);
    if (spec_.direction == CVG_DIRECTION_BACKWARD_DATA)
      all.push_back(
          cvg::workspace(static_cast<std::size_t>(threads_ * spec_.h.input * spec_.w.input) *
                         (spec_.src_type == CVG_DTYPE_F64 ? sizeof(double) : sizeof(float))));
    return all;
  }

  void execute(const cvg::Slot& slot) const {
    switch (spec_.src_type) {
      case CVG_DTYPE_F64:
        return run<double, double>(slot);
      case CVG_DTYPE_F16:
        return run<F16, float>(slot);
      case CVG_DTYPE_BF16:
        return run<Bf16, float>(slot);
      default:
        return run<float, float>(slot);
    }
  }

 private:
  template <class T, class Sum>
  void run(const cvg::Slot& slot) const {
    if (spec_.direction == CVG_DIRECTION_BACKWARD_DATA) return run_data<T, Sum>(slot);
    if (spec_.direction == CVG_DIRECTION_BACKWARD_WEIGHTS) return run_weights<T, Sum>(slot);
    const auto *src = static_cast<const T*>(slot.src),
               *weights = static_cast<const T*>(slot.weights);
    const auto* bias = static_cast<const T*>(slot.bias);
    auto* dst = static_cast<T*>(slot.dst);
    const auto height = cvg::output(spec_.h), width = cvg::output(spec_.w);
#pragma omp parallel for num_threads(threads_) schedule(static)
    for (std::int64_t plane = 0; plane < spec_.batch * spec_.out_channels; ++plane)
      for (std::int64_t y = 0; y < height; ++y)
        for (std::int64_t x = 0; x < width; x += kBlock)
          convolve_block<T, Sum>(spec_, src, weights, bias, dst, plane / spec_.out_channels,
                                 plane % spec_.out_channels, y, x, std::min(x + kBlock, width));
  }

  template <class T, class Sum>
  void run_data(const cvg::Slot& slot) const {
    const auto *weights = static_cast<const T*>(slot.weights),
               *diff_dst = static_cast<const T*>(slot.diff_dst);
    auto* diff_src = static_cast<T*>(slot.diff_src);
    auto* sums = static_cast<Sum*>(slot.workspace);
    const auto height = cvg::output(spec_.h), width = cvg::output(spec_.w),
               planes = spec_.batch * spec_.in_channels;
#pragma omp parallel for num_threads(threads_) schedule(static, 1)
    for (std::int64_t share = 0; share < threads_; ++share)
      for (auto plane = planes * share / threads_; plane < planes * (share + 1) / threads_; ++plane)
        data_plane<T, Sum>(spec_, weights, diff_dst, diff_src, plane / spec_.in_channels,
                           plane % spec_.in_channels, height, width,
                           sums + share * spec_.h.input * spec_.w.input);
  }

  template <class T, class Sum>
  void run_weights(const cvg::Slot& slot) const {
    const auto *src = static_cast<const T*>(slot.src),
               *diff_dst = static_cast<const T*>(slot.diff_dst);
    auto *diff_weights = static_cast<T*>(slot.diff_weights),
         *diff_bias = static_cast<T*>(slot.diff_bias);
    const auto height = cvg::output(spec_.h), width = cvg::output(spec_.w),
               inputs = spec_.in_channels / spec_.groups;
    const auto* tap = spec_.weights_strides;
#pragma omp parallel for num_threads(threads_) schedule(static)
    for (std::int64_t pair = 0; pair < spec_.out_channels * inputs; ++pair) {
      const auto o = pair / inputs, i = pair % inputs;
      for (std::int64_t k = 0; k < spec_.h.kernel; ++k)
        for (std::int64_t l = 0; l < spec_.w.kernel; ++l)
          diff_weights[o * tap[0] + i * tap[1] + k * tap[2] + l * tap[3]] =
              T(tap_sum<T, Sum>(spec_, src, diff_dst, o, i, k, l, height, width));
      if (diff_bias && i == 0)
        diff_bias[o] = T(channel_sum<T, Sum>(spec_, diff_dst, o, height, width));
    }
  }

  cvg_spec spec_;
  int threads_;
};

}  // namespace convgauge::backends::naive

CVG_EXPORT_PLUGIN("convgauge_naive", "1.0", convgauge::backends::naive::Naive)
