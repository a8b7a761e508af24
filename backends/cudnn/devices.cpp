#include "devices.hpp"

#include <array>
#include <convgauge/sdk.hpp>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace convgauge::backends::cudnn {
namespace {

/// "13.0" of 13000.
std::string cuda_version_text(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

int attribute(const CudaTable& cuda, cudaDeviceAttr which, int ordinal) {
  int value = 0;
  return cuda.get_attribute(&value, which, ordinal) == cudaSuccess ? value : 0;
}

/// "driver 580.159.04 (CUDA 13.0), runtime 13.0, cuDNN 9.19.0"
std::string versions(const CudaTable& cuda, const OpenedCudnn& cudnn, const Nvml& nvml) {
  int driver = 0, runtime = 0;
  static_cast<void>(cuda.driver_version(&driver));
  static_cast<void>(cuda.runtime_version(&runtime));
  const auto name = nvml.driver_version();
  return "driver " + (name.empty() ? "" : name + " ") + "(CUDA " + cuda_version_text(driver) +
         "), runtime " + cuda_version_text(runtime) + ", " + cudnn_version_words(cudnn.table);
}

Device real_device(const CudaTable& cuda, const OpenedCudnn& cudnn, const Nvml& nvml, int ordinal) {
  Device d;
  d.ordinal = ordinal;
  cudaDeviceProp properties{};
  check(cuda, cuda.get_device_properties(&properties, ordinal), "cudaGetDeviceProperties");
  std::array<char, 32> bus{};
  if (cuda.get_bus_id(bus.data(), static_cast<int>(bus.size()), ordinal) == cudaSuccess)
    d.bus_id = bus.data();
  const double sm_hz = 1e3 * attribute(cuda, cudaDevAttrClockRate, ordinal);
  const double memory_hz = 1e3 * attribute(cuda, cudaDevAttrMemoryClockRate, ordinal);
  const int bus_bits = attribute(cuda, cudaDevAttrGlobalMemoryBusWidth, ordinal);
  auto& info = d.info;
  info.struct_size = sizeof info;
  info.kind = CVG_DEVICE_KIND_GPU;
  info.memory_bytes = static_cast<std::int64_t>(properties.totalGlobalMem);
  info.last_level_cache_bytes = properties.l2CacheSize;
  info.peak_flops =
      properties.multiProcessorCount * flops_per_clock(properties.major, properties.minor) * sm_hz;
  info.peak_bytes_per_second = 2 * memory_hz * bus_bits / 8;  // two transfers a clock
  cvg::write_text(properties.name, info.name, sizeof info.name);
  const auto megahertz = [](double hz) {
    return std::to_string(static_cast<int>(hz / 1e6)) + " MHz";
  };
  cvg::write_text(std::to_string(properties.multiProcessorCount) + " SMs, " + megahertz(sm_hz) +
                      ", memory " + megahertz(memory_hz) + "; " + versions(cuda, cudnn, nvml),
                  info.driver, sizeof info.driver);
  return d;
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("CONVGAUGE_CUDNN_DEVICE_DESCRIPTION: cannot read " + path);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The value of a text member, found without a JSON library. The whole file is checked later, by
/// cuDNN.
std::string text_member(const std::string& json, const std::string& key) {
  const auto at = json.find("\"" + key + "\"");
  const auto open = at == std::string::npos ? at : json.find('"', json.find(':', at));
  const auto close = open == std::string::npos ? open : json.find('"', open + 1);
  return close == std::string::npos ? "" : json.substr(open + 1, close - open - 1);
}
std::int64_t number_member(const std::string& json, const std::string& key) {
  const auto at = json.find("\"" + key + "\"");
  return at == std::string::npos ? 0
                                 : std::strtoll(json.c_str() + json.find(':', at) + 1, nullptr, 10);
}

Device described_device(const OpenedCudnn& cudnn, const std::string& file) {
  Device d;
  d.file = file;
  d.description = read_file(file);
  const auto name = text_member(d.description, "deviceName");
  if (name.empty())
    throw std::runtime_error("CONVGAUGE_CUDNN_DEVICE_DESCRIPTION: " + file +
                             " has no \"deviceName\": it is no description");
  d.info.struct_size = sizeof d.info;
  d.info.kind = CVG_DEVICE_KIND_SOFTWARE;
  d.info.memory_bytes = number_member(d.description, "totalGlobalMem");
  d.info.last_level_cache_bytes = number_member(d.description, "l2CacheSize");
  cvg::write_text(name + " as " + file + " describes it: plans, never executes", d.info.name,
                  sizeof d.info.name);
  cvg::write_text(cudnn_version_words(cudnn.table), d.info.driver, sizeof d.info.driver);
  return d;
}

std::string why_no_gpu(const CudaTable& cuda, cudaError_t status, int count) {
  int driver = 0, runtime = 0;
  static_cast<void>(cuda.driver_version(&driver));
  static_cast<void>(cuda.runtime_version(&runtime));
  if (driver == 0) return "no CUDA device: no NVIDIA driver found (libcuda.so.1)";
  if (status == cudaErrorInsufficientDriver)
    return "no CUDA device: the driver is for CUDA " + cuda_version_text(driver) +
           ", and this was built with CUDA " + cuda_version_text(runtime);
  if (status != cudaSuccess && status != cudaErrorNoDevice)
    return std::string("no CUDA device: ") + cuda.error_name(status) + ", " +
           cuda.error_string(status);
  return "no CUDA device: the driver (CUDA " + cuda_version_text(driver) + ") finds " +
         std::to_string(count);
}

}  // namespace

double flops_per_clock(int major, int minor) {
  switch (major) {
    case 7:
      return 2 * 64;
    case 8:
      return minor == 0 ? 2 * 64 : 2 * 128;
    case 9:
    case 10:
    case 12:
      return 2 * 128;
    default:
      return 0;
  }
}

FoundDevices find_devices(const CudaTable& cuda, const OpenedCudnn& cudnn, const Nvml& nvml,
                          const std::string& descriptions) {
  FoundDevices found;
  int count = 0;  // where there is no driver the call leaves it as it is
  const auto status = cuda.get_device_count(&count);
  static_cast<void>(cuda.get_last_error());
  if (status != cudaSuccess) count = 0;
  if (count == 0) found.why_none = why_no_gpu(cuda, status, count);
  if (!cudnn.ok()) {
    found.why_none = cudnn.why + (count == 0 ? "; " + found.why_none : "");
    return found;
  }
  for (int i = 0; i < count; ++i) found.list.push_back(real_device(cuda, cudnn, nvml, i));
  std::stringstream files(descriptions);
  for (std::string file; std::getline(files, file, ':');)
    if (!file.empty()) found.list.push_back(described_device(cudnn, file));
  return found;
}

}  // namespace convgauge::backends::cudnn
