#include "host_kernels.hpp"

#include <common/narrow.hpp>

namespace convgauge::backends::cudnn::host_gpu {
namespace {

template <auto kKernel, class Arguments>
HostKernel host_kernel(const char* name, void (*)(const Arguments&)) {
  return {name, sizeof(Arguments),
          [](const void* a) { kKernel(*static_cast<const Arguments*>(a)); }};
}
template <auto kKernel>
HostKernel host_kernel(const char* name) {
  return host_kernel<kKernel>(name, kKernel);
}

}  // namespace

std::span<const HostKernel> kernels() {
  static const HostKernel all[] = {host_kernel<pad<std::uint16_t>>("convgauge_pad_2"),
                                   host_kernel<pad<std::uint32_t>>("convgauge_pad_4"),
                                   host_kernel<pad<std::uint64_t>>("convgauge_pad_8"),
                                   host_kernel<crop<std::uint16_t>>("convgauge_crop_2"),
                                   host_kernel<crop<std::uint32_t>>("convgauge_crop_4"),
                                   host_kernel<crop<std::uint64_t>>("convgauge_crop_8"),
                                   host_kernel<fold<float>>("convgauge_fold_f32"),
                                   host_kernel<fold<double>>("convgauge_fold_f64"),
                                   host_kernel<add_bias<float>>("convgauge_bias_f32"),
                                   host_kernel<add_bias<double>>("convgauge_bias_f64"),
                                   host_kernel<sum<float, float, float>>("convgauge_sum_f32"),
                                   host_kernel<sum<double, double, double>>("convgauge_sum_f64"),
                                   host_kernel<sum<F16, float, float>>("convgauge_sum_f16"),
                                   host_kernel<sum<Bf16, float, float>>("convgauge_sum_bf16"),
                                   host_kernel<sum<float, float, F16>>("convgauge_sum_to_f16"),
                                   host_kernel<sum<float, float, Bf16>>("convgauge_sum_to_bf16")};
  return all;
}

}  // namespace convgauge::backends::cudnn::host_gpu
