#include <convgauge/sdk.hpp>
#include <string>

#include "cuda_table.hpp"

namespace convgauge::backends::cudnn {

void throw_if_lost(const CudaTable& cuda, const char* what) {
  static_cast<void>(cuda.get_last_error());  // clears errors that are not sticky
  const auto now = cuda.device_synchronize();
  static_cast<void>(cuda.get_last_error());
  // While a stream is captured, waiting is an error that does not concern the device.
  if (now == cudaSuccess ||
      (now >= cudaErrorStreamCaptureUnsupported && now <= cudaErrorStreamCaptureWrongThread))
    return;
  throw cvg::DeviceLost(std::string(what) + ": the device is lost to this process: " +
                        cuda.error_name(now) + ", " + cuda.error_string(now));
}

void check(const CudaTable& cuda, cudaError_t status, const char* what) {
  if (status == cudaSuccess) return;
  const auto sentence =
      std::string(what) + ": " + cuda.error_name(status) + ", " + cuda.error_string(status);
  throw_if_lost(cuda, sentence.c_str());
  if (status == cudaErrorMemoryAllocation) throw cvg::OutOfMemory(sentence);
  throw std::runtime_error(sentence);
}

}  // namespace convgauge::backends::cudnn
