#include "kernels.hpp"

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

constexpr unsigned kThreads = 256;
constexpr std::int64_t kMostRows = 65535;      // CUDA's limit of grid.y
constexpr std::int64_t kMostBlocks = 1 << 16;  // of grid.x: more only wait; the kernels stride

dim3 blocks(std::int64_t elements, std::int64_t row_count) {
  const auto across = (elements + kThreads - 1) / kThreads;
  return {static_cast<unsigned>(std::clamp<std::int64_t>(across, 1, kMostBlocks)),
          static_cast<unsigned>(std::clamp<std::int64_t>(row_count, 1, kMostRows)), 1};
}

}  // namespace

const void* kernels_fatbin() {
#if CONVGAUGE_CUDNN_HAS_KERNELS
  return convgauge_cudnn_fatbin;
#else
  return nullptr;
#endif
}

const char* Kernels::pad_name(std::size_t element_bytes) {
  return element_bytes == 2 ? "convgauge_pad_2" : element_bytes == 4 ? "convgauge_pad_4" : "convgauge_pad_8";
}
const char* Kernels::bias_name(bool doubles) {
  return doubles ? "convgauge_bias_f64" : "convgauge_bias_f32";
}

cudaKernel_t Kernels::kernel(const char* name) {
  for (auto& [known, kernel] : found_) {
    if (known && std::strcmp(known, name) == 0) return kernel;
    if (known) continue;
    if (!library_) {
      if (!kernels_fatbin()) throw std::logic_error("built without nvcc: there are no kernels of our own");
      cudaLibrary_t loaded{};
      check(cuda_, cuda_.library_load(&loaded, kernels_fatbin()), "loading our own kernels");
      library_ = loaded;
    }
    check(cuda_, cuda_.library_kernel(&kernel, *library_, name), name);
    known = name;
    return kernel;
  }
  throw std::logic_error("more kernels than there is room for");
}

void Kernels::pad(const PadArguments& arguments, std::size_t element_bytes, cudaStream_t stream) {
  auto copy = arguments;
  void* list[] = {&copy};
  const auto* name = pad_name(element_bytes);
  check(cuda_, cuda_.launch(kernel(name), blocks(row_elements(copy), rows(copy)), kThreads, list, stream), name);
}

void Kernels::add_bias(const BiasArguments& arguments, bool doubles, cudaStream_t stream) {
  auto copy = arguments;
  void* list[] = {&copy};
  const auto* name = bias_name(doubles);
  check(cuda_, cuda_.launch(kernel(name), blocks(copy.count, 1), kThreads, list, stream), name);
}

}  // namespace convgauge::backends::cudnn
