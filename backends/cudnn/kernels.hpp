// Our own kernels: a fatbin made by nvcc, contained in this library and loaded when the first plan
// needs one of them.
#pragma once
#include <convgauge/plugin.h>

#include <optional>
#include <variant>
#include <vector>

#include "cuda_table.hpp"
#include "kernel_index.hpp"
#include "kernel_sums.hpp"

namespace convgauge::backends::cudnn {

/// The fatbin; null where this was built without nvcc.
const void* kernels_fatbin();

/// A launch of one of the kernels: its name, grid and arguments.
struct Launch {
  const char* kernel = nullptr;  // a string literal
  dim3 grid;
  std::variant<PaddingArguments, BiasArguments, SumArguments> arguments;
};

/// pad, crop: for elements of 2, 4 or 8 bytes. fold, add_bias: for f32, or for f64 if `doubles`.
Launch pad(const PaddingArguments& arguments, std::size_t element_bytes);
Launch crop(const PaddingArguments& arguments, std::size_t element_bytes);
Launch fold(const PaddingArguments& arguments, bool doubles);
Launch add_bias(const BiasArguments& arguments, bool doubles);
/// The two passes of the bias' gradient; `type` is that of diff_dst and of the result. The partial
/// sums between the passes have the accumulator's type.
Launch first_sums(const SumArguments& arguments, cvg_dtype type);
Launch last_sums(const SumArguments& arguments, cvg_dtype type);

/// The kernels of one device. [main]
class Kernels {
 public:
  explicit Kernels(const CudaTable& cuda) : cuda_(cuda) {}
  /// Loads the kernel, so that no launch can fail because it is missing. Throws.
  void prepare(const char* name) { kernel(name); }
  void start(const Launch& launch, cudaStream_t stream);

 private:
  cudaKernel_t kernel(const char* name);
  const CudaTable& cuda_;
  std::optional<cudaLibrary_t> library_;
  struct Named {
    const char* name;
    cudaKernel_t kernel;
  };
  std::vector<Named> found_;
};

}  // namespace convgauge::backends::cudnn
