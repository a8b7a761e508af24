// Conversion between the harness's types and the C ABI: every number that comes from a plugin is
// checked here.
#pragma once
#include <convgauge/plugin.h>

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/expected.hpp"
#include "core/layers.hpp"
#include "core/open_word.hpp"
#include "core/outcome.hpp"
#include "core/spec.hpp"
#include "plugin/answers.hpp"
#include "verify/algorithm.hpp"

namespace convgauge::plugin {

cvg_spec to_abi(const Spec& spec);
/// For built-in backends, which are called through the same ABI. Empty where a number is unknown to
/// this version.
std::optional<Spec> from_abi(const cvg_spec& spec);

/// The name is cut at the end of its array. An unknown class is read as fft, a negative one as
/// direct.
Algorithm from_abi(const cvg_algorithm& algorithm);

/// Errors: a number that is unknown to this version ("unknown scope 7"), or a size below zero.
Expected<DeviceInfo> from_abi(const cvg_device& device);
Expected<Requirement> from_abi(const cvg_requirement& requirement);

/// The host's tensors by role, null where there is none; and the same in the form of the ABI.
using HostTensors = std::array<std::byte*, kTensorCount>;
cvg_tensors to_abi(const HostTensors& tensors);

/// "src", "weights", ..., "workspace"; "role 99" for one that this version does not know.
std::string role_word(std::int32_t role);

/// "padding_mode", "dtype" ...; "unknown reason 99" for one that this version does not know.
OpenWord<RefusalReason> refusal_reason(cvg_reason reason);

/// "OK", "REFUSED" ...
std::string status_word(cvg_status status);

/// The settings in the form of the ABI. Must not outlive the PlanSettings that it was made from.
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

}  // namespace convgauge::plugin
