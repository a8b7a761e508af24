// The options of this backend: their descriptions, and the values that a plan was given.
#pragma once
#include <charconv>
#include <chrono>
#include <convgauge/sdk.hpp>
#include <optional>
#include <string>

#include "buffers.hpp"
#include "shape.hpp"

namespace convgauge::backends::vulkan {

inline constexpr cvg_option_info kOptions[] = {
    cvg::describe_option("validation", "off|on", "off",
                         "run under the Khronos validation layers, synchronization included; any "
                         "message is a failure"),
    cvg::describe_option("tune", "off|on", "off",
                         "time every algorithm on the device; the fastest is the default"),
    cvg::describe_option(
        "tune_cache", "path", "",
        "with tune=on: a file that keeps what was chosen, by device, driver and problem"),
    cvg::describe_option(
        "staging", "auto|always", "auto",
        "always: copy through staging memory even where the host sees the device's"),
    cvg::describe_option(
        "coopmat", "auto|emulated", "auto",
        "emulated: also offer the cooperative-matrix kernel with loops for its matrices, f16 only"),
    cvg::describe_option("range_limit", "1024..4294967295", "",
                         "bytes of a buffer that a shader may see, if less than the device allows: "
                         "to try the cutting "
                         "of batches on small problems"),
    cvg::describe_option("wait_s", "1..86400", "600",
                         "seconds after which an execution counts as hanging"),
};

struct Options {
  bool validation = false, tune = false, staged = false, emulated = false;
  std::string tune_cache;
  std::optional<std::int64_t> range_limit;
  std::chrono::seconds wait{600};

  MemoryKind memory() const { return {validation, staged}; }
};

inline std::int64_t whole_number(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// The options of settings that the SDK has checked.
inline Options options_of(const cvg_settings& settings) {
  const auto text = [&](const char* key) {
    return std::string(cvg::option(settings, key).value_or(""));
  };
  Options made;
  made.validation = text("validation") == "on";
  made.tune = text("tune") == "on";
  made.staged = text("staging") == "always";
  made.emulated = text("coopmat") == "emulated";
  made.tune_cache = text("tune_cache");
  if (const auto limit = text("range_limit"); !limit.empty())
    made.range_limit = whole_number(limit);
  if (const auto wait = text("wait_s"); !wait.empty())
    made.wait = std::chrono::seconds(whole_number(wait));
  return made;
}

/// The device's limits, changed by the options.
inline Limits limited(Limits limits, const Options& options) {
  if (options.range_limit) limits.range_bytes = std::min(limits.range_bytes, *options.range_limit);
  limits.emulated_matrix = options.emulated;
  // The layers of Debian 12 do not know the extension, and would report its SPIR-V.
  if (options.validation) limits.cooperative_matrix = false;
  return limits;
}

}  // namespace convgauge::backends::vulkan
