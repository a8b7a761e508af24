// The table of the CUDA runtime, which is linked in statically: no CUDA library is needed to load
// the plugin.
#include "cuda_table.hpp"

namespace convgauge::backends::cudnn {

CudaTable cuda_runtime() {
  CudaTable t{};
  t.get_device_count = cudaGetDeviceCount;
  t.get_device_properties = [](cudaDeviceProp* p, int device) {
    return cudaGetDeviceProperties(p, device);
  };
  t.get_attribute = cudaDeviceGetAttribute;
  t.get_bus_id = cudaDeviceGetPCIBusId;
  t.set_device = cudaSetDevice;
  t.driver_version = cudaDriverGetVersion;
  t.runtime_version = cudaRuntimeGetVersion;
  t.device_synchronize = cudaDeviceSynchronize;
  t.get_last_error = cudaGetLastError;
  t.error_name = cudaGetErrorName;
  t.error_string = cudaGetErrorString;
  t.malloc = [](void** address, std::size_t bytes) { return cudaMalloc(address, bytes); };
  t.free = cudaFree;
  t.memset = cudaMemset;
  t.memset_async = cudaMemsetAsync;
  t.memcpy = cudaMemcpy;
  t.stream_create = cudaStreamCreateWithFlags;
  t.stream_synchronize = cudaStreamSynchronize;
  t.begin_capture = cudaStreamBeginCapture;
  t.end_capture = cudaStreamEndCapture;
  t.graph_instantiate = [](cudaGraphExec_t* exec, cudaGraph_t graph, unsigned long long flags) {
    return cudaGraphInstantiate(exec, graph, flags);
  };
  t.graph_launch = cudaGraphLaunch;
  t.graph_destroy = cudaGraphDestroy;
  t.graph_exec_destroy = cudaGraphExecDestroy;
  t.event_create = [](cudaEvent_t* event) { return cudaEventCreate(event); };
  t.event_destroy = cudaEventDestroy;
  t.event_record = [](cudaEvent_t event, cudaStream_t stream) {
    return cudaEventRecord(event, stream);
  };
  t.event_elapsed = cudaEventElapsedTime;
  t.library_load = [](cudaLibrary_t* library, const void* fatbin) {
    return cudaLibraryLoadData(library, fatbin, nullptr, nullptr, 0, nullptr, nullptr, 0);
  };
  t.library_kernel = cudaLibraryGetKernel;
  t.launch = [](cudaKernel_t kernel, dim3 grid, dim3 block, void** arguments, cudaStream_t stream) {
    return cudaLaunchKernel(reinterpret_cast<const void*>(kernel), grid, block, arguments, 0,
                            stream);
  };
  return t;
}

}  // namespace convgauge::backends::cudnn
