// The one device of a class that does not list devices: the CPU of this machine.
#pragma once
#include <convgauge/plugin.h>
#include <convgauge/sdk/hidden.hpp>
#include <convgauge/sdk/structs.hpp>

#include <fstream>
#include <string>

namespace CVG_HIDDEN cvg {

/// The name of the CPU in /proc/cpuinfo; "CPU" where there is no such file or line.
inline std::string cpu_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.rfind("model name", 0) == 0)
      if (const auto colon = line.find(": "); colon != std::string::npos)
        return line.substr(colon + 2);
  return "CPU";
}

inline cvg_device cpu_device() {
  cvg_device device{};
  device.struct_size = sizeof device;
  device.kind = CVG_DEVICE_KIND_CPU;
  write_text(cpu_name(), device.name, sizeof device.name);
  return device;
}

}  // namespace cvg
