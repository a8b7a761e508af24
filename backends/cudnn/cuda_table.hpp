// The functions of the CUDA runtime that the backend calls, as a table, so that tests can replace
// the GPU by the host.
#pragma once
#include <cuda_runtime_api.h>

#include <cstddef>

namespace convgauge::backends::cudnn {

/// Each as in cuda_runtime_api.h.
struct CudaTable {
  cudaError_t (*get_device_count)(int*);
  cudaError_t (*get_device_properties)(cudaDeviceProp*, int);
  cudaError_t (*get_attribute)(int*, cudaDeviceAttr, int);
  cudaError_t (*get_bus_id)(char*, int, int);
  cudaError_t (*set_device)(int);
  cudaError_t (*driver_version)(int*);
  cudaError_t (*runtime_version)(int*);
  cudaError_t (*device_synchronize)();
  cudaError_t (*get_last_error)();
  const char* (*error_name)(cudaError_t);
  const char* (*error_string)(cudaError_t);
  cudaError_t (*malloc)(void**, std::size_t);
  cudaError_t (*free)(void*);
  cudaError_t (*memset)(void*, int, std::size_t);
  cudaError_t (*memset_async)(void*, int, std::size_t, cudaStream_t);
  cudaError_t (*memcpy)(void*, const void*, std::size_t, cudaMemcpyKind);
  cudaError_t (*stream_create)(cudaStream_t*, unsigned);
  cudaError_t (*stream_synchronize)(cudaStream_t);
  cudaError_t (*begin_capture)(cudaStream_t, cudaStreamCaptureMode);
  cudaError_t (*end_capture)(cudaStream_t, cudaGraph_t*);
  cudaError_t (*graph_instantiate)(cudaGraphExec_t*, cudaGraph_t, unsigned long long);
  cudaError_t (*graph_launch)(cudaGraphExec_t, cudaStream_t);
  cudaError_t (*graph_destroy)(cudaGraph_t);
  cudaError_t (*graph_exec_destroy)(cudaGraphExec_t);
  cudaError_t (*event_create)(cudaEvent_t*);
  cudaError_t (*event_destroy)(cudaEvent_t);
  cudaError_t (*event_record)(cudaEvent_t, cudaStream_t);
  cudaError_t (*event_elapsed)(float*, cudaEvent_t, cudaEvent_t);
  /// Loads a fatbin; options are none.
  cudaError_t (*library_load)(cudaLibrary_t*, const void*);
  cudaError_t (*library_kernel)(cudaKernel_t*, cudaLibrary_t, const char*);
  cudaError_t (*launch)(cudaKernel_t, dim3 grid, dim3 block, void** arguments, cudaStream_t);
};

/// The table of the runtime that is linked into this library. The runtime looks for the driver at
/// its first call, which returns an error if there is none.
CudaTable cuda_runtime();

/// Throws if `status` is not success: cvg::DeviceLost where the CUDA context can no longer be used,
/// which one more, harmless call shows; cvg::OutOfMemory for memory; else std::runtime_error. The
/// message begins with `what`.
void check(const CudaTable& cuda, cudaError_t status, const char* what);

/// After a failure that CUDA did not report itself: throws cvg::DeviceLost if the CUDA context can
/// no longer be used.
void throw_if_lost(const CudaTable& cuda, const char* what);

}  // namespace convgauge::backends::cudnn
