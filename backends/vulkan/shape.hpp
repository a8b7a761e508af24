// A problem as the shaders' constants need it, and the limits of a device, which decide how it is
// cut into dispatches.
#pragma once
#include <convgauge/plugin.h>

#include <array>
#include <convgauge/sdk.hpp>
#include <cstdint>

#include "shaders.hpp"

namespace convgauge::backends::vulkan {

/// The limits of a device; the defaults are what Vulkan guarantees of every device.
struct Limits {
  std::int64_t range_bytes = std::int64_t{1} << 27;  // maxStorageBufferRange
  std::int64_t offset_alignment = 256;               // minStorageBufferOffsetAlignment
  std::int64_t shared_bytes = 16384;                 // maxComputeSharedMemorySize
  std::int64_t threads = 128;                        // maxComputeWorkGroupInvocations
  std::array<std::int64_t, 3> groups{65535, 65535, 65535};
  bool storage_16bit = false;
  bool float16 = false;              // shaders can compute in f16
  bool cooperative_matrix = false;   // f16 by f16 into f32, 16x16x16, in a subgroup
  bool emulated_matrix = false;      // the option coopmat=emulated
  std::int64_t subgroup = 0;         // size of a subgroup; 0 where there are several sizes
  int multiprocessors = 0;           // 0: unknown
  std::int64_t loop_iterations = 0;  // most iterations of an invocation; 0: any number
  bool operator==(const Limits&) const = default;
};

/// The numbers of a cvg_spec, which fit into 32 bits, and others that follow from them. The
/// constructor throws cvg::Refused where they do not fit.
struct Shape {
  explicit Shape(const cvg_spec& spec);
  std::int64_t batch, in_channels, out_channels, groups;
  cvg_axis h, w;
  std::int64_t out_h, out_w;
  cvg_padding padding_mode;
  bool channels_last, bias;
  Storage storage;

  std::int64_t group_inputs() const { return in_channels / groups; }
  std::int64_t group_outputs() const { return out_channels / groups; }
  std::int64_t taps() const { return h.kernel * w.kernel; }
  std::int64_t pixels() const { return out_h * out_w; }
  std::int64_t src_image() const { return in_channels * h.input * w.input; }  // elements
  std::int64_t dst_image() const { return out_channels * pixels(); }
  std::int64_t element_bytes() const { return storage == Storage::f32 ? 4 : 2; }
};

constexpr std::int64_t divided_up(std::int64_t value, std::int64_t by) {
  return (value + by - 1) / by;
}
constexpr std::int64_t rounded_up(std::int64_t value, std::int64_t step) {
  return divided_up(value, step) * step;
}

}  // namespace convgauge::backends::vulkan
