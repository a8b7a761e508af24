// What plugins are asked and what they answer, in the harness's own types; only the other headers
// of this folder know those of the ABI.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "core/buffer_role.hpp"
#include "core/expected.hpp"
#include "core/layers.hpp"
#include "verify/verdict.hpp"

namespace convgauge::plugin {

/// Why a call did not do what was asked: a refusal, or a failure.
using Trouble = std::variant<Refused, Failed>;
template <class T>
using Answer = tl::expected<T, Trouble>;

enum class DeviceKind { cpu, gpu, software };
}  // namespace convgauge::plugin

namespace convgauge {
template <>
struct Words<plugin::DeviceKind> {
  static constexpr std::string_view what = "device kind";
  static constexpr std::array<std::string_view, 3> words{"cpu", "gpu", "software"};
};

}  // namespace convgauge

namespace convgauge::plugin {

/// Rates in flop/s and bytes/s; 0 where a number is unknown.
struct DeviceInfo {
  std::string name, driver;
  DeviceKind kind = DeviceKind::cpu;
  std::int64_t memory_bytes = 0;
  double peak_flops = 0, peak_bytes_per_second = 0;
  std::int64_t last_level_cache_bytes = 0;
};

/// The devices that can be used, or why there is none.
struct Devices {
  std::vector<DeviceInfo> list;
  std::string why_none;
};

struct OptionInfo {
  std::string key, values, default_value, description;
};

/// What plan_create is given.
struct PlanSettings {
  int device = 0, threads = 1, slots = 1;
  std::string algorithm;  // empty: the backend's own choice
  std::map<std::string, std::string> options;
  std::int64_t workspace_limit_bytes = -1;
  bool operator==(const PlanSettings&) const = default;
};

/// A buffer that a plan needs. alignment: a power of two. layout: the backend's name for its own
/// arrangement; may be empty. overread_bytes: how many bytes behind its end may be read too.
struct Requirement {
  BufferRole role = BufferRole::src;
  Scope scope = Scope::plan;
  Form form = Form::tensor;
  MemoryKind memory_kind;
  std::size_t bytes = 0, alignment = 1;
  std::string layout;
  std::size_t overread_bytes = 0;
  bool operator==(const Requirement&) const = default;
};

}  // namespace convgauge::plugin
