// Between the core types and the C ABI: the only place where both are known.
#pragma once
#include <convgauge/plugin.h>

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "core/spec.hpp"
#include "verify/algorithm.hpp"

namespace convgauge {

cvg_spec to_abi(const Spec& spec);
/// For built-in backends, which are called through the same ABI.
Spec from_abi(const cvg_spec& spec);

/// Reads no further than struct_size; texts are cut at their arrays' ends.
Algorithm from_abi(const cvg_algorithm& algorithm);

/// The host's tensors by role, null where there is none, as the ABI has them.
using HostTensors = std::array<std::byte*, kTensorCount>;
cvg_tensors to_abi(const HostTensors& tensors);

/// "padding_mode", "dtype" ...; "unknown reason 99" for one that this version does not know.
std::string reason_word(cvg_reason reason);

/// "OK", "REFUSED" ...
std::string status_word(cvg_status status);

/// What plan_create is given, owned. view() points into *this.
struct PlanSettings {
  int device = 0, threads = 1, slots = 1;
  std::string algorithm;  // empty: the backend's own choice
  std::map<std::string, std::string> options;
  std::int64_t workspace_limit_bytes = -1;
  bool operator==(const PlanSettings&) const = default;
};

/// The C form of settings; lives no longer than the PlanSettings it was made from.
class SettingsView {
 public:
  explicit SettingsView(const PlanSettings& settings);
  SettingsView(const SettingsView&) = delete;
  SettingsView& operator=(const SettingsView&) = delete;
  const cvg_settings* get() const { return &settings_; }

 private:
  std::vector<cvg_option> options_;
  cvg_settings settings_{};
};

}  // namespace convgauge
