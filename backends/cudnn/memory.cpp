#include "memory.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "session.hpp"

namespace convgauge::backends::cudnn {
namespace {

void expect(cvg_memory kind) {
  if (kind != kDeviceMemory)
    throw std::invalid_argument("memory kind " + std::to_string(kind) + " is not this backend's");
}

unsigned char* at(const void* address, std::size_t offset) {
  return const_cast<unsigned char*>(static_cast<const unsigned char*>(address)) + offset;
}

/// Waits for the device. Copies from pageable memory may return before they have arrived on the
/// device, and our stream does not wait for the default stream.
void settle(const CudaTable& cuda, const char* what) {
  check(cuda, cuda.device_synchronize(), what);
}

}  // namespace

void* DeviceMemory::alloc(std::int32_t device, cvg_memory kind, std::size_t bytes,
                          std::size_t alignment) {
  expect(kind);
  if (alignment > kDeviceAlignment)
    throw std::invalid_argument("alignment " + std::to_string(alignment) +
                                " is beyond cudaMalloc's 256");
  const auto& cuda = session().gpu(device).cuda;
  void* address = nullptr;
  const auto what = "cudaMalloc of " + std::to_string(bytes) + " bytes";
  check(cuda, cuda.malloc(&address, std::max<std::size_t>(bytes, 1)), what.c_str());
  return address;
}

void DeviceMemory::free(std::int32_t device, std::int32_t, void* address) {
  // Errors are ignored: after a lost device nothing can be freed, and the process ends anyway.
  static_cast<void>(session().cuda().set_device(session().device(device).ordinal));
  static_cast<void>(session().cuda().free(address));
}

void DeviceMemory::fill(std::int32_t device, cvg_memory kind, void* address, std::size_t offset,
                        std::int32_t byte, std::size_t bytes) {
  expect(kind);
  const auto& cuda = session().gpu(device).cuda;
  if (bytes > 0) check(cuda, cuda.memset(at(address, offset), byte, bytes), "cudaMemset");
  settle(cuda, "cudaMemset");
}

void DeviceMemory::read(std::int32_t device, cvg_memory kind, const void* address,
                        std::size_t offset, void* host, std::size_t bytes) {
  expect(kind);
  const auto& cuda = session().gpu(device).cuda;
  settle(cuda, "cudaMemcpy");
  if (bytes > 0)
    check(cuda, cuda.memcpy(host, at(address, offset), bytes, cudaMemcpyDeviceToHost),
          "cudaMemcpy");
}

void DeviceMemory::write(std::int32_t device, cvg_memory kind, void* address, std::size_t offset,
                         const void* host, std::size_t bytes) {
  expect(kind);
  const auto& cuda = session().gpu(device).cuda;
  if (bytes > 0)
    check(cuda, cuda.memcpy(at(address, offset), host, bytes, cudaMemcpyHostToDevice),
          "cudaMemcpy");
  settle(cuda, "cudaMemcpy");
}

}  // namespace convgauge::backends::cudnn
