#include "nvml.hpp"

#include <dlfcn.h>
#include <array>
#include <utility>

namespace convgauge::backends::cudnn {
namespace {

// nvml.h comes with the driver's development files, which a machine that builds this need not have.
// So the few functions that are called are declared here, after NVML's reference manual; each
// returns 0 (NVML_SUCCESS) for success.
using Device = void*;
using Init = int (*)();
using SystemText = int (*)(char*, unsigned);
using ByBus = int (*)(const char*, Device*);
using Clock = int (*)(Device, int type, unsigned*);
using Sensor = int (*)(Device, int type, unsigned*);
using Power = int (*)(Device, unsigned*);
using Reasons = int (*)(Device, unsigned long long*);
constexpr int kClockSm = 1, kClockMemory = 2, kTemperatureGpu = 0;

template <class Function>
Function find(void* library, const char* name) {
  return library ? reinterpret_cast<Function>(::dlsym(library, name)) : nullptr;
}

// The bits of nvmlClocksEventReason*. gpu_idle does not mean that the GPU is throttled.
constexpr std::array<std::pair<long long, const char*>, 9> kReasons{
    {{0x1, "gpu_idle"},
     {0x2, "applications_clocks_setting"},
     {0x4, "sw_power_cap"},
     {0x8, "hw_slowdown"},
     {0x10, "sync_boost"},
     {0x20, "sw_thermal_slowdown"},
     {0x40, "hw_thermal_slowdown"},
     {0x80, "hw_power_brake_slowdown"},
     {0x100, "display_clock_setting"}}};

}  // namespace

Nvml::Nvml() : library_(::dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL)) {
  const auto init = find<Init>(library_, "nvmlInit_v2");
  ready_ = init && init() == 0;
}

std::string Nvml::driver_version() const {
  const auto get = find<SystemText>(library_, "nvmlSystemGetDriverVersion");
  std::array<char, 96> text{};
  return ready_ && get && get(text.data(), text.size()) == 0 ? text.data() : "";
}

GpuState Nvml::state(const std::string& bus_id) const {
  GpuState s;
  const auto by_bus = find<ByBus>(library_, "nvmlDeviceGetHandleByPciBusId_v2");
  Device device = nullptr;
  if (!ready_ || !by_bus || by_bus(bus_id.c_str(), &device) != 0) return s;
  const auto number = [](auto&& call) {
    unsigned value = 0;
    return call(&value) == 0 ? static_cast<int>(value) : -1;
  };
  if (const auto clock = find<Clock>(library_, "nvmlDeviceGetClockInfo")) {
    s.sm_mhz = number([&](unsigned* v) { return clock(device, kClockSm, v); });
    s.memory_mhz = number([&](unsigned* v) { return clock(device, kClockMemory, v); });
  }
  if (const auto sensor = find<Sensor>(library_, "nvmlDeviceGetTemperature"))
    s.temperature_c = number([&](unsigned* v) { return sensor(device, kTemperatureGpu, v); });
  if (const auto power = find<Power>(library_, "nvmlDeviceGetPowerUsage"))
    s.power_mw = number([&](unsigned* v) { return power(device, v); });
  if (const auto reasons = find<Reasons>(library_, "nvmlDeviceGetCurrentClocksThrottleReasons")) {
    unsigned long long bits = 0;
    if (reasons(device, &bits) == 0) s.throttle_reasons = static_cast<long long>(bits);
  }
  return s;
}

std::string to_json(const GpuState& s) {
  std::string text;
  const auto add = [&](const char* key, int value) {
    if (value >= 0)
      text += (text.empty() ? "\"" : ", \"") + std::string(key) + "\": " + std::to_string(value);
  };
  add("sm_mhz", s.sm_mhz);
  add("memory_mhz", s.memory_mhz);
  add("temperature_c", s.temperature_c);
  add("power_mw", s.power_mw);
  if (s.throttle_reasons >= 0) {
    std::string list;
    for (const auto& [bit, name] : kReasons)
      if (s.throttle_reasons & bit)
        list += (list.empty() ? "\"" : ", \"") + std::string(name) + "\"";
    text += std::string(text.empty() ? "" : ", ") + "\"throttle_reasons\": [" + list + "]";
  }
  return "{" + text + "}";
}

}  // namespace convgauge::backends::cudnn
