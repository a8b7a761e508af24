// naive: the definition of Conv2d in loops, every parameter, padding mode and type; what the others are compared with.
// Threads share batch x output channels.
#include <convgauge/sdk.hpp>

#include "../common/narrow.hpp"
#include "convolution.hpp"

namespace convgauge::backends::naive {

class Naive {
 public:
  static constexpr const char* name = "naive";
  static constexpr const char* version = "1.0";
#ifdef _OPENMP
  static constexpr const char* description = "the definition in loops (OpenMP)";
#else
  static constexpr const char* description = "the definition in loops (built without OpenMP: one thread)";
#endif
  static constexpr cvg::Supports supports{
      .types = {CVG_F32, CVG_F64, CVG_F16, CVG_BF16},
      .layouts = {CVG_NCHW, CVG_NHWC},
      .padding_modes = {CVG_PADDING_ZEROS, CVG_PADDING_REFLECT, CVG_PADDING_REPLICATE, CVG_PADDING_CIRCULAR},
      .any_strides = true};

  static std::vector<cvg_algorithm> algorithms(const cvg_spec&, const cvg_settings&) {
    return {cvg::algorithm("naive.loops")};
  }
  static void check(const cvg_spec&, const cvg_settings&) {}

  Naive(const cvg_spec& spec, const cvg_settings& settings) : spec_(spec), threads_(settings.threads) {}

  void execute(const cvg::Slot& slot) const {
    switch (spec_.src_type) {
      case CVG_F64:
        return run<double, double>(slot);
      case CVG_F16:
        return run<F16, float>(slot);
      case CVG_BF16:
        return run<Bf16, float>(slot);
      default:
        return run<float, float>(slot);
    }
  }

 private:
  template <class T, class Sum>
  void run(const cvg::Slot& slot) const {
    const auto *src = static_cast<const T*>(slot.src), *weights = static_cast<const T*>(slot.weights);
    const auto* bias = static_cast<const T*>(slot.bias);
    auto* dst = static_cast<T*>(slot.dst);
    const auto height = cvg::output(spec_.h), width = cvg::output(spec_.w);
#pragma omp parallel for num_threads(threads_) schedule(static)
    for (std::int64_t plane = 0; plane < spec_.batch * spec_.out_channels; ++plane)
      for (std::int64_t y = 0; y < height; ++y)
        for (std::int64_t x = 0; x < width; x += kBlock)
          convolve_block<T, Sum>(spec_, src, weights, bias, dst, plane / spec_.out_channels, plane % spec_.out_channels,
                                 y, x, std::min(x + kBlock, width));
  }

  cvg_spec spec_;
  int threads_;
};

}  // namespace convgauge::backends::naive

CVG_EXPORT_PLUGIN("convgauge_naive", "1.0", convgauge::backends::naive::Naive)
