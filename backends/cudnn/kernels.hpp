// Our own kernels as they lie in this library: a fatbin made by nvcc, loaded when the first plan needs one of them.
#pragma once
#include <optional>

#include "cuda_table.hpp"
#include "kernel_index.hpp"

namespace convgauge::backends::cudnn {

/// The fatbin; null where this was built without nvcc.
const void* kernels_fatbin();

/// The kernels of one device. [main]
class Kernels {
 public:
  explicit Kernels(const CudaTable& cuda) : cuda_(cuda) {}
  /// Makes sure that the kernel is there, so that a launch cannot fail for that. Throws.
  void prepare_pad(std::size_t element_bytes) { kernel(pad_name(element_bytes)); }
  void prepare_bias(bool doubles) { kernel(bias_name(doubles)); }
  void pad(const PadArguments& arguments, std::size_t element_bytes, cudaStream_t stream);
  void add_bias(const BiasArguments& arguments, bool doubles, cudaStream_t stream);

 private:
  static const char* pad_name(std::size_t element_bytes);
  static const char* bias_name(bool doubles);
  cudaKernel_t kernel(const char* name);
  const CudaTable& cuda_;
  std::optional<cudaLibrary_t> library_;
  struct Named {
    const char* name;
    cudaKernel_t kernel;
  };
  Named found_[5] = {};
};

}  // namespace convgauge::backends::cudnn
