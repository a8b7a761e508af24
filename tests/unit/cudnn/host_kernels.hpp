// Our own kernels as loops on the host, with the same arithmetic for each element, in the same
// order.
#pragma once
#include <cudnn/kernel_index.hpp>
#include <cudnn/kernel_sums.hpp>
#include <span>
#include <vector>

namespace convgauge::backends::cudnn::host_gpu {

/// A kernel with the name that it has on a GPU. run() computes all elements, given its arguments.
struct HostKernel {
  const char* name;
  std::size_t argument_bytes;
  void (*run)(const void*);
};
/// All kernels of kernels.cu.
std::span<const HostKernel> kernels();

template <class T>
void pad(const PaddingArguments& a) {
  for (std::int64_t row = 0; row < padded_rows(a); ++row)
    for (std::int64_t i = 0; i < padded_row_elements(a); ++i) pad_element<T>(a, row, i);
}

template <class T>
void crop(const PaddingArguments& a) {
  for (std::int64_t row = 0; row < input_rows(a); ++row)
    for (std::int64_t i = 0; i < input_row_elements(a); ++i) crop_element<T>(a, row, i);
}

template <class T>
void fold(const PaddingArguments& a) {
  for (std::int64_t row = 0; row < input_rows(a); ++row)
    for (std::int64_t i = 0; i < input_row_elements(a); ++i) fold_element<T>(a, row, i);
}

template <class T>
void add_bias(const BiasArguments& a) {
  for (std::int64_t i = 0; i < a.count; ++i) bias_element<T>(a, i);
}

/// Goes block by block; between two barriers of the kernel it runs each thread in turn.
template <class T, class Sum, class To>
void sum(const SumArguments& a) {
  std::vector<Sum> sums(kSumThreads);
  for (std::int64_t block = 0; block < channel_blocks(a); ++block)
    for (std::int64_t chunk = 0; chunk < chunks(a); ++chunk) {
      for (std::int64_t t = 0; t < kSumThreads; ++t)
        sums[static_cast<std::size_t>(t)] = thread_sum<T, Sum>(a, block, chunk, t);
      for (std::int64_t half = kSumThreads / 2; half >= a.lanes; half /= 2)
        for (std::int64_t t = 0; t < kSumThreads; ++t) add_half(sums.data(), half, t);
      for (std::int64_t t = 0; t < kSumThreads; ++t) write_sum<To>(a, sums.data(), block, chunk, t);
    }
}

}  // namespace convgauge::backends::cudnn::host_gpu
