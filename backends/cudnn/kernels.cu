// Our own kernels: padding that cuDNN lacks and its gradient, a bias where cuDNN has no engine that
// adds it, and the bias' gradient.
#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include "kernel_index.hpp"
#include "kernel_sums.hpp"

using namespace convgauge::backends::cudnn;

namespace {

// Rows are divided among grid.y, which has at most 65535 blocks, and the elements of a row among
// grid.x; each thread steps by the size of the grid.
template <class Element>
__device__ void each_element(std::int64_t rows, std::int64_t elements, Element element) {
  const std::int64_t first = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  for (std::int64_t row = blockIdx.y; row < rows; row += gridDim.y)
    for (std::int64_t i = first; i < elements; i += step) element(row, i);
}

template <class T>
__device__ void pad(const PaddingArguments& a) {
  each_element(padded_rows(a), padded_row_elements(a),
               [&](std::int64_t row, std::int64_t i) { pad_element<T>(a, row, i); });
}

template <class T>
__device__ void crop(const PaddingArguments& a) {
  each_element(input_rows(a), input_row_elements(a),
               [&](std::int64_t row, std::int64_t i) { crop_element<T>(a, row, i); });
}

template <class T>
__device__ void fold(const PaddingArguments& a) {
  each_element(input_rows(a), input_row_elements(a),
               [&](std::int64_t row, std::int64_t i) { fold_element<T>(a, row, i); });
}

template <class T>
__device__ void add_bias(const BiasArguments& a) {
  each_element(1, a.count, [&](std::int64_t, std::int64_t i) { bias_element<T>(a, i); });
}

// grid.x: blocks of channels; grid.y: chunks.
template <class T, class Sum, class To>
__device__ void sum(const SumArguments& a) {
  __shared__ Sum sums[kSumThreads];
  sums[threadIdx.x] = thread_sum<T, Sum>(a, blockIdx.x, blockIdx.y, threadIdx.x);
  for (std::int64_t half = kSumThreads / 2; half >= a.lanes; half /= 2) {
    __syncthreads();
    add_half(sums, half, threadIdx.x);
  }
  // No barrier before this: each thread writes the sum that it has added itself.
  write_sum<To>(a, sums, blockIdx.x, blockIdx.y, threadIdx.x);
}

}  // namespace

extern "C" {
__global__ void convgauge_pad_2(PaddingArguments a) {
  pad<std::uint16_t>(a);
}
__global__ void convgauge_pad_4(PaddingArguments a) {
  pad<std::uint32_t>(a);
}
__global__ void convgauge_pad_8(PaddingArguments a) {
  pad<std::uint64_t>(a);
}
__global__ void convgauge_crop_2(PaddingArguments a) {
  crop<std::uint16_t>(a);
}
__global__ void convgauge_crop_4(PaddingArguments a) {
  crop<std::uint32_t>(a);
}
__global__ void convgauge_crop_8(PaddingArguments a) {
  crop<std::uint64_t>(a);
}
__global__ void convgauge_fold_f32(PaddingArguments a) {
  fold<float>(a);
}
__global__ void convgauge_fold_f64(PaddingArguments a) {
  fold<double>(a);
}
__global__ void convgauge_bias_f32(BiasArguments a) {
  add_bias<float>(a);
}
__global__ void convgauge_bias_f64(BiasArguments a) {
  add_bias<double>(a);
}
__global__ void convgauge_sum_f32(SumArguments a) {
  sum<float, float, float>(a);
}
__global__ void convgauge_sum_f64(SumArguments a) {
  sum<double, double, double>(a);
}
__global__ void convgauge_sum_f16(SumArguments a) {
  sum<__half, float, float>(a);
}
__global__ void convgauge_sum_bf16(SumArguments a) {
  sum<__nv_bfloat16, float, float>(a);
}
__global__ void convgauge_sum_to_f16(SumArguments a) {
  sum<float, float, __half>(a);
}
__global__ void convgauge_sum_to_bf16(SumArguments a) {
  sum<float, float, __nv_bfloat16>(a);
}
}
