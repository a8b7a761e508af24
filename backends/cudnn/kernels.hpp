// Our own kernels as they lie in this library: a fatbin made by nvcc, loaded when the first plan
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

/// One of the kernels with all that it is launched with.
struct Launch {
  const char* kernel = nullptr;  // of static storage
  dim3 grid;
  std::variant<PaddingArguments, BiasArguments, SumArguments> arguments;
};

/// pad, crop: of elements of 2, 4 or 8 bytes. fold, add_bias: of f32, or of f64.
Launch pad(const PaddingArguments& arguments, std::size_t element_bytes);
Launch crop(const PaddingArguments& arguments, std::size_t element_bytes);
Launch fold(const PaddingArguments& arguments, bool doubles);
Launch add_bias(const BiasArguments& arguments, bool doubles);
/// The two passes; `type` as CVG_DTYPE_F32 ... of what is summed and of the result. Between them
/// lies the accumulator's type.
Launch first_sums(const SumArguments& arguments, cvg_dtype type);
Launch last_sums(const SumArguments& arguments, cvg_dtype type);

/// The kernels of one device. [main]
class Kernels {
 public:
  explicit Kernels(const CudaTable& cuda) : cuda_(cuda) {}
  /// Makes sure that the kernel is there, so that a launch cannot fail for that. Throws.
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
