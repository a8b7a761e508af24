// What the members of an author's class take and return: refusals, what is supported, algorithms,
// the buffers of a slot.
#pragma once
#include <convgauge/plugin.h>
#include <convgauge/sdk/hidden.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace CVG_HIDDEN cvg {

/// "Not supported", with its reason and a sentence for people: CVG_STATUS_REFUSED. Thrown by
/// check(), check_runnable(), algorithms(), devices(), or a constructor.
struct Refused : std::runtime_error {
  Refused(cvg_reason reason_code, const std::string& sentence)
      : std::runtime_error(sentence), reason(reason_code) {}
  cvg_reason reason;
};

/// Nothing more can run in this process: CVG_STATUS_DEVICE_LOST.
struct DeviceLost : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Memory of the host or of a device ran out: CVG_STATUS_OUT_OF_MEMORY, with a sentence.
/// std::bad_alloc has the same status, without one.
struct OutOfMemory : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A set of the ABI's small enumerators, written as a list: {CVG_DTYPE_F32, CVG_DTYPE_F64}.
class Set {
 public:
  constexpr Set(std::initializer_list<std::int32_t> values) {
    for (const auto value : values) bits_ |= 1u << value;
  }
  constexpr bool has(std::int32_t value) const {
    return value >= 0 && value < 32 && ((bits_ >> value) & 1u) != 0;
  }

 private:
  std::uint32_t bits_ = 0;
};

/// What a class can do as a whole:
///   static constexpr cvg::Supports supports{.types = {CVG_DTYPE_F32, CVG_DTYPE_F64}};
/// Everything else is refused before the class is asked. Source, weights and destination have one
/// type; the accumulator is f64 for f64, and f32 for the others. A plan whose arithmetic is strict
/// also satisfies tf32 and reduced, which only permit rounding. So `math` holds all three by
/// default, and a class that rounds leaves strict out.
struct Supports {
  Set types{CVG_DTYPE_F32};
  Set layouts{CVG_LAYOUT_NCHW};
  Set padding_modes{CVG_PADDING_ZEROS};
  Set directions{CVG_DIRECTION_FORWARD};
  Set math{CVG_MATH_STRICT, CVG_MATH_TF32, CVG_MATH_REDUCED};
  bool any_strides = false;  // tensors that are not dense in their layout
  std::int32_t max_threads = INT32_MAX;
};

/// The buffers of one bound slot, by role; null where the plan asked for none. `addresses` has all
/// of them in the order of the requirements, also where a plan asked for a role twice. Which
/// function may write which buffer: bind() the constants; prepare_weights() weights, bias and
/// packed_weights, and upload() src and diff_dst, in form own; execute() the outputs; each of them
/// the workspace.
struct Slot {
  std::int32_t index = 0;
  void *src = nullptr, *weights = nullptr, *bias = nullptr, *diff_dst = nullptr;
  void *dst = nullptr, *diff_src = nullptr, *diff_weights = nullptr, *diff_bias = nullptr;
  void *packed_weights = nullptr, *workspace = nullptr, *constants = nullptr;
  void* const* addresses = nullptr;
};

/// What else an algorithm says of its results: see cvg_algorithm.
struct AlgorithmFlags {
  bool deterministic = true, flushes_subnormals = false, ignores_nan = false;
};

/// An algorithm of class direct or gemm: algorithm("loops", CVG_CLASS_DIRECT, {.flushes_subnormals
/// = true}). A `name` beyond 127 bytes is cut.
inline cvg_algorithm algorithm(std::string_view name, cvg_class algorithm_class = CVG_CLASS_DIRECT,
                               AlgorithmFlags flags = {}) {
  cvg_algorithm made{};
  made.struct_size = sizeof made;
  std::memcpy(made.name, name.data(), std::min(name.size(), sizeof made.name - 1));
  made.algorithm_class = algorithm_class;
  made.deterministic = flags.deterministic;
  made.flushes_subnormals = flags.flushes_subnormals;
  made.ignores_nan = flags.ignores_nan;
  made.fft_tile[0] = made.fft_tile[1] = 1;
  for (auto& axis : made.winograd) axis.m = axis.r = 1;
  return made;
}

/// One axis of F(m, r), by its m + r - 2 finite points. Throws std::length_error beyond 16 of them.
inline cvg_winograd_axis winograd_axis(std::int32_t m, std::int32_t r,
                                       std::initializer_list<cvg_rational> points) {
  if (points.size() > 16) throw std::length_error("a Winograd axis has at most 16 finite points");
  cvg_winograd_axis axis{};
  axis.m = m;
  axis.r = r;
  for (const auto point : points) axis.points[axis.point_count++] = point;
  return axis;
}

/// A Winograd algorithm whose points are known.
inline cvg_algorithm winograd(std::string_view name, const cvg_winograd_axis& h,
                              const cvg_winograd_axis& w, AlgorithmFlags flags = {}) {
  auto made = algorithm(name, CVG_CLASS_WINOGRAD, flags);
  made.points_known = 1;
  made.winograd[0] = h;
  made.winograd[1] = w;
  return made;
}

/// An FFT algorithm. A tile size of 1 means that the axis is not transformed.
inline cvg_algorithm fft(std::string_view name, std::int32_t tile_h, std::int32_t tile_w,
                         AlgorithmFlags flags = {}) {
  auto made = algorithm(name, CVG_CLASS_FFT, flags);
  made.fft_tile[0] = tile_h;
  made.fft_tile[1] = tile_w;
  return made;
}

/// The value of an option as the host set it; empty where it is not set. The view is valid as long
/// as `settings`.
inline std::optional<std::string_view> option(const cvg_settings& settings, std::string_view key) {
  for (std::int32_t i = 0; i < settings.option_count; ++i)
    if (key == settings.options[i].key) return settings.options[i].value;
  return std::nullopt;
}

/// One option for `static options()`. The SDK enforces `values` such as "strict|fast" and "1..64";
/// others, such as "bytes", are for the class to check.
constexpr cvg_option_info describe_option(const char* key, const char* values,
                                          const char* default_value, const char* description) {
  return {sizeof(cvg_option_info), key, values, default_value, description};
}

/// floor((pad_before + input + pad_after - dilation * (kernel - 1) - 1) / stride) + 1
constexpr std::int64_t output(const cvg_axis& axis) {
  return (axis.pad_before + axis.input + axis.pad_after - axis.dilation * (axis.kernel - 1) - 1) /
             axis.stride +
         1;
}

/// Bytes of one element.
constexpr std::size_t size_of(cvg_dtype type) {
  return type == CVG_DTYPE_F64 ? 8 : type == CVG_DTYPE_F32 ? 4 : 2;
}

}  // namespace cvg
