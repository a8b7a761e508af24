// NVIDIA's management library, where it is installed: driver version, clocks, throttling. They are
// only read, never set.
#pragma once
#include <string>

namespace convgauge::backends::cudnn {

/// The present state of a GPU; -1 for what cannot be read.
struct GpuState {
  int sm_mhz = -1, memory_mhz = -1, temperature_c = -1, power_mw = -1;
  long long throttle_reasons = -1;  // bits of nvmlClocksEventReason*
};

/// libnvidia-ml.so.1, opened when this is made. [main]
class Nvml {
 public:
  Nvml();
  Nvml(const Nvml&) = delete;
  Nvml& operator=(const Nvml&) = delete;
  /// "580.159.04"; empty where it cannot be read.
  std::string driver_version() const;
  GpuState state(const std::string& bus_id) const;

 private:
  void* library_ = nullptr;
  bool ready_ = false;
};

/// {"sm_mhz": 1980, ..., "throttle_reasons": ["sw_power_cap"]}; what could not be read is left out.
std::string to_json(const GpuState& state);

}  // namespace convgauge::backends::cudnn
