#include "kernels.hpp"

#include <convgauge/plugin.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

#if CONVGAUGE_CUDNN_HAS_KERNELS
// The path is given by CMake, which makes the file with nvcc before this is compiled.
__asm__(
    ".section .nv_fatbin,\"a\"\n"
    ".balign 16\n"
    ".global convgauge_cudnn_fatbin\n"
    ".hidden convgauge_cudnn_fatbin\n"
    "convgauge_cudnn_fatbin:\n"
    ".incbin \"" CONVGAUGE_CUDNN_FATBIN
    "\"\n"
    ".previous\n");
extern "C" const unsigned char convgauge_cudnn_fatbin[];
#endif

namespace convgauge::backends::cudnn {
namespace {

constexpr unsigned kThreads = static_cast<unsigned>(kSumThreads);
constexpr std::int64_t kMostRows = 65535;  // CUDA's limit of grid.y
// Of grid.x: more blocks would only wait. Kernels step by the size of the grid.
constexpr std::int64_t kMostBlocks = 1 << 16;

dim3 blocks(std::int64_t elements, std::int64_t row_count) {
  const auto across = (elements + kThreads - 1) / kThreads;
  return {static_cast<unsigned>(std::clamp<std::int64_t>(across, 1, kMostBlocks)),
          static_cast<unsigned>(std::clamp<std::int64_t>(row_count, 1, kMostRows)), 1};
}

dim3 sum_blocks(const SumArguments& a) {
  return {static_cast<unsigned>(channel_blocks(a)), static_cast<unsigned>(chunks(a)), 1};
}

/// One of three names, by the bytes of an element.
const char* by_size(std::size_t bytes, const char* two, const char* four, const char* eight) {
  return bytes == 2 ? two : bytes == 4 ? four : eight;
}

}  // namespace

const void* kernels_fatbin() {
#if CONVGAUGE_CUDNN_HAS_KERNELS
  return convgauge_cudnn_fatbin;
#else
  return nullptr;
#endif
}

Launch pad(const PaddingArguments& a, std::size_t element_bytes) {
  return {by_size(element_bytes, "convgauge_pad_2", "convgauge_pad_4", "convgauge_pad_8"),
          blocks(padded_row_elements(a), padded_rows(a)), a};
}
Launch crop(const PaddingArguments& a, std::size_t element_bytes) {
  return {by_size(element_bytes, "convgauge_crop_2", "convgauge_crop_4", "convgauge_crop_8"),
          blocks(input_row_elements(a), input_rows(a)), a};
}
Launch fold(const PaddingArguments& a, bool doubles) {
  return {doubles ? "convgauge_fold_f64" : "convgauge_fold_f32",
          blocks(input_row_elements(a), input_rows(a)), a};
}
Launch add_bias(const BiasArguments& a, bool doubles) {
  return {doubles ? "convgauge_bias_f64" : "convgauge_bias_f32", blocks(a.count, 1), a};
}
Launch first_sums(const SumArguments& a, cvg_dtype type) {
  return {type == CVG_DTYPE_F64    ? "convgauge_sum_f64"
          : type == CVG_DTYPE_F16  ? "convgauge_sum_f16"
          : type == CVG_DTYPE_BF16 ? "convgauge_sum_bf16"
                                   : "convgauge_sum_f32",
          sum_blocks(a), a};
}
Launch last_sums(const SumArguments& a, cvg_dtype type) {
  return {type == CVG_DTYPE_F64    ? "convgauge_sum_f64"
          : type == CVG_DTYPE_F16  ? "convgauge_sum_to_f16"
          : type == CVG_DTYPE_BF16 ? "convgauge_sum_to_bf16"
                                   : "convgauge_sum_f32",
          sum_blocks(a), a};
}

cudaKernel_t Kernels::kernel(const char* name) {
  for (const auto& known : found_)
    if (std::strcmp(known.name, name) == 0) return known.kernel;
  if (!library_) {
    if (!kernels_fatbin())
      throw std::logic_error("built without nvcc: there are no kernels of our own");
    cudaLibrary_t loaded{};
    check(cuda_, cuda_.library_load(&loaded, kernels_fatbin()), "loading our own kernels");
    library_ = loaded;
  }
  cudaKernel_t found{};
  check(cuda_, cuda_.library_kernel(&found, *library_, name), name);
  found_.push_back({name, found});
  return found;
}

void Kernels::start(const Launch& launch, cudaStream_t stream) {
  std::visit(
      [&](auto copy) {
        void* list[] = {&copy};
        check(cuda_, cuda_.launch(kernel(launch.kernel), launch.grid, kThreads, list, stream),
              launch.kernel);
      },
      launch.arguments);
}

}  // namespace convgauge::backends::cudnn
