// Our own kernels: padding that cuDNN lacks, and a bias where cuDNN has no engine that adds it.
#include "kernel_index.hpp"

using namespace convgauge::backends::cudnn;

namespace {

// Rows go over grid.y, which has at most 65535 blocks, in strides; elements of a row over grid.x.
template <class T>
__device__ void pad(const PadArguments& a) {
  const std::int64_t first = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  for (std::int64_t row = blockIdx.y; row < rows(a); row += gridDim.y)
    for (std::int64_t i = first; i < row_elements(a); i += step) pad_element<T>(a, row, i);
}

template <class T>
__device__ void add_bias(const BiasArguments& a) {
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < a.count; i += step)
    bias_element<T>(a, i);
}

}  // namespace

extern "C" {
__global__ void convgauge_pad_2(PadArguments a) {
  pad<std::uint16_t>(a);
}
__global__ void convgauge_pad_4(PadArguments a) {
  pad<std::uint32_t>(a);
}
__global__ void convgauge_pad_8(PadArguments a) {
  pad<std::uint64_t>(a);
}
__global__ void convgauge_bias_f32(BiasArguments a) {
  add_bias<float>(a);
}
__global__ void convgauge_bias_f64(BiasArguments a) {
  add_bias<double>(a);
}
}
