#include "plugin/convert.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <utility>

#include "core/enumerator.hpp"
#include "core/layers.hpp"

namespace convgauge::plugin {
namespace {

cvg_axis to_abi(const Axis& a) {
  return {a.input, a.kernel, a.stride, a.dilation, a.pad_before, a.pad_after};
}
Axis from_abi(const cvg_axis& a) {
  return {a.input, a.kernel, a.stride, a.dilation, a.pad_before, a.pad_after};
}

WinogradAxis from_abi(const cvg_winograd_axis& a) {
  WinogradAxis axis{a.m, a.r, {}};
  const auto count = std::clamp<std::int32_t>(a.point_count, 0, 16);
  for (std::int32_t i = 0; i < count; ++i)
    axis.points.push_back({a.points[i].numerator, a.points[i].denominator});
  return axis;
}

void copy(const Strides& from, std::int64_t* to) {
  std::copy(from.begin(), from.end(), to);
}

template <std::size_t N>
std::string text_of(const char (&array)[N]) {
  return {array, strnlen(array, N)};
}

/// Whether each enumerator has the number of its constant, and all are listed.
template <class E, std::size_t N>
constexpr bool same_numbers(const std::pair<E, int> (&pairs)[N]) {
  for (const auto& [value, constant] : pairs)
    if (static_cast<int>(value) != constant) return false;
  return N == Words<E>::words.size();
}

static_assert(same_numbers<PaddingMode>({{PaddingMode::zeros, CVG_PADDING_ZEROS},
                                         {PaddingMode::reflect, CVG_PADDING_REFLECT},
                                         {PaddingMode::replicate, CVG_PADDING_REPLICATE},
                                         {PaddingMode::circular, CVG_PADDING_CIRCULAR}}));
static_assert(same_numbers<Direction>({{Direction::forward, CVG_DIRECTION_FORWARD},
                                       {Direction::backward_data, CVG_DIRECTION_BACKWARD_DATA},
                                       {Direction::backward_weights,
                                        CVG_DIRECTION_BACKWARD_WEIGHTS}}));
static_assert(same_numbers<Dtype>({{Dtype::f32, CVG_DTYPE_F32},
                                   {Dtype::f64, CVG_DTYPE_F64},
                                   {Dtype::f16, CVG_DTYPE_F16},
                                   {Dtype::bf16, CVG_DTYPE_BF16}}));
static_assert(same_numbers<Layout>({{Layout::nchw, CVG_LAYOUT_NCHW},
                                    {Layout::nhwc, CVG_LAYOUT_NHWC},
                                    {Layout::native, CVG_LAYOUT_NATIVE}}));
static_assert(same_numbers<MathMode>({{MathMode::strict, CVG_MATH_STRICT},
                                      {MathMode::tf32, CVG_MATH_TF32},
                                      {MathMode::reduced, CVG_MATH_REDUCED}}));
static_assert(same_numbers<AlgorithmClass>({{AlgorithmClass::direct, CVG_CLASS_DIRECT},
                                            {AlgorithmClass::gemm, CVG_CLASS_GEMM},
                                            {AlgorithmClass::winograd, CVG_CLASS_WINOGRAD},
                                            {AlgorithmClass::fft, CVG_CLASS_FFT}}));
static_assert(same_numbers<DeviceKind>({{DeviceKind::cpu, CVG_DEVICE_KIND_CPU},
                                        {DeviceKind::gpu, CVG_DEVICE_KIND_GPU},
                                        {DeviceKind::software, CVG_DEVICE_KIND_SOFTWARE}}));
static_assert(same_numbers<BufferRole>({{BufferRole::src, CVG_ROLE_SRC},
                                        {BufferRole::weights, CVG_ROLE_WEIGHTS},
                                        {BufferRole::bias, CVG_ROLE_BIAS},
                                        {BufferRole::dst, CVG_ROLE_DST},
                                        {BufferRole::diff_src, CVG_ROLE_DIFF_SRC},
                                        {BufferRole::diff_weights, CVG_ROLE_DIFF_WEIGHTS},
                                        {BufferRole::diff_bias, CVG_ROLE_DIFF_BIAS},
                                        {BufferRole::diff_dst, CVG_ROLE_DIFF_DST},
                                        {BufferRole::packed_weights, CVG_ROLE_PACKED_WEIGHTS},
                                        {BufferRole::workspace, CVG_ROLE_WORKSPACE},
                                        {BufferRole::constants, CVG_ROLE_CONSTANTS}}));
static_assert(same_numbers<Scope>({{Scope::plan, CVG_SCOPE_PLAN},
                                   {Scope::slot, CVG_SCOPE_SLOT},
                                   {Scope::execution, CVG_SCOPE_EXECUTION}}));
static_assert(same_numbers<Form>({{Form::tensor, CVG_FORM_TENSOR}, {Form::own, CVG_FORM_OWN}}));
static_assert(MemoryKind{CVG_MEMORY_HOST}.is_host() && MemoryKind{CVG_MEMORY_LIBRARY}.is_library());

}  // namespace

cvg_spec to_abi(const Spec& spec) {
  const auto& g = spec.geometry;
  cvg_spec s{};
  s.struct_size = sizeof s;
  s.batch = g.batch;
  s.in_channels = g.in_channels;
  s.out_channels = g.out_channels;
  s.groups = g.groups;
  s.h = to_abi(g.h);
  s.w = to_abi(g.w);
  s.bias = g.bias;
  s.padding_mode = static_cast<std::int32_t>(g.padding_mode);
  s.direction = static_cast<std::int32_t>(spec.direction);
  s.src_type = static_cast<std::int32_t>(spec.src_type);
  s.weights_type = static_cast<std::int32_t>(spec.weights_type);
  s.dst_type = static_cast<std::int32_t>(spec.dst_type);
  s.accumulator_type = static_cast<std::int32_t>(spec.accumulator_type);
  s.layout = static_cast<std::int32_t>(spec.layout);
  s.math = static_cast<std::int32_t>(spec.math);
  s.deterministic = spec.deterministic;
  copy(spec.src_strides(), s.src_strides);
  copy(spec.weights_strides(), s.weights_strides);
  copy(spec.dst_strides(), s.dst_strides);
  return s;
}

std::optional<Spec> from_abi(const cvg_spec& s) {
  const auto padding_mode = enumerator<PaddingMode>(s.padding_mode);
  const auto direction = enumerator<Direction>(s.direction);
  const auto src_type = enumerator<Dtype>(s.src_type),
             weights_type = enumerator<Dtype>(s.weights_type),
             dst_type = enumerator<Dtype>(s.dst_type),
             accumulator_type = enumerator<Dtype>(s.accumulator_type);
  const auto layout = enumerator<Layout>(s.layout);
  const auto math = enumerator<MathMode>(s.math);
  if (!padding_mode || !direction || !src_type || !weights_type || !dst_type || !accumulator_type ||
      !layout || !math)
    return std::nullopt;
  Spec spec;
  spec.geometry = {s.batch,       s.in_channels, s.out_channels, s.groups,
                   from_abi(s.h), from_abi(s.w), s.bias != 0,    *padding_mode};
  spec.direction = *direction;
  spec.src_type = *src_type;
  spec.weights_type = *weights_type;
  spec.dst_type = *dst_type;
  spec.accumulator_type = *accumulator_type;
  spec.layout = *layout;
  spec.math = *math;
  spec.deterministic = s.deterministic != 0;
  return spec;
}

Algorithm from_abi(const cvg_algorithm& a) {
  Algorithm algorithm;
  algorithm.name = text_of(a.name);
  algorithm.algorithm_class =
      enumerator<AlgorithmClass>(a.algorithm_class)
          .value_or(a.algorithm_class < 0 ? AlgorithmClass::direct : AlgorithmClass::fft);
  algorithm.deterministic = a.deterministic != 0;
  algorithm.flushes_subnormals = a.flushes_subnormals != 0;
  algorithm.ignores_nan = a.ignores_nan != 0;
  algorithm.points_known = a.points_known != 0;
  algorithm.winograd = {from_abi(a.winograd[0]), from_abi(a.winograd[1])};
  algorithm.fft_tile = {a.fft_tile[0], a.fft_tile[1]};
  return algorithm;
}

Expected<DeviceInfo> from_abi(const cvg_device& d) {
  const auto kind = enumerator<DeviceKind>(d.kind);
  if (!kind) return error(fmt::format("unknown kind {}", d.kind));
  if (d.memory_bytes < 0) return error(fmt::format("memory_bytes {} is below 0", d.memory_bytes));
  if (d.last_level_cache_bytes < 0)
    return error(fmt::format("last_level_cache_bytes {} is below 0", d.last_level_cache_bytes));
  return DeviceInfo{text_of(d.name),         text_of(d.driver), *kind,
                    d.memory_bytes,          d.peak_flops,      d.peak_bytes_per_second,
                    d.last_level_cache_bytes};
}

Expected<Requirement> from_abi(const cvg_requirement& r) {
  const auto role = enumerator<BufferRole>(r.role);
  const auto scope = enumerator<Scope>(r.scope);
  const auto form = enumerator<Form>(r.form);
  if (!role) return error(fmt::format("unknown role {}", r.role));
  if (!scope) return error(fmt::format("unknown scope {}", r.scope));
  if (!form) return error(fmt::format("unknown form {}", r.form));
  if (r.memory_kind < CVG_MEMORY_LIBRARY)
    return error(fmt::format("unknown memory kind {}", r.memory_kind));
  return Requirement{*role,
                     *scope,
                     *form,
                     MemoryKind{r.memory_kind},
                     r.bytes,
                     r.alignment,
                     text_of(r.layout),
                     r.overread_bytes};
}

cvg_tensors to_abi(const HostTensors& tensors) {
  cvg_tensors t{};
  t.struct_size = sizeof t;
  t.src = tensors[index_of(TensorRole::src)];
  t.weights = tensors[index_of(TensorRole::weights)];
  t.bias = tensors[index_of(TensorRole::bias)];
  t.diff_dst = tensors[index_of(TensorRole::diff_dst)];
  t.dst = tensors[index_of(TensorRole::dst)];
  t.diff_src = tensors[index_of(TensorRole::diff_src)];
  t.diff_weights = tensors[index_of(TensorRole::diff_weights)];
  t.diff_bias = tensors[index_of(TensorRole::diff_bias)];
  return t;
}

std::string role_word(std::int32_t role) {
  const auto known = enumerator<BufferRole>(role);
  return known ? std::string(word(*known)) : fmt::format("role {}", role);
}

OpenWord<RefusalReason> refusal_reason(cvg_reason reason) {
  static_assert(static_cast<int>(RefusalReason::direction) == CVG_REASON_DIRECTION &&
                static_cast<int>(RefusalReason::batch) == CVG_REASON_BATCH &&
                static_cast<int>(RefusalReason::padding_mode) == CVG_REASON_PADDING_MODE &&
                static_cast<int>(RefusalReason::host) == CVG_REASON_HOST &&
                static_cast<int>(RefusalReason::other) == CVG_REASON_OTHER);
  if (reason >= 0 && reason <= CVG_REASON_OTHER) return static_cast<RefusalReason>(reason);
  return OpenWord<RefusalReason>::of(fmt::format("unknown reason {}", reason));
}

std::string status_word(cvg_status status) {
  static constexpr std::array words{"OK", "REFUSED", "OUT_OF_MEMORY", "FAILED", "DEVICE_LOST"};
  static_assert(words.size() == CVG_STATUS_DEVICE_LOST + 1);
  static_assert(words[CVG_STATUS_REFUSED] == std::string_view("REFUSED") &&
                words[CVG_STATUS_FAILED] == std::string_view("FAILED"));
  if (status >= 0 && status < static_cast<std::int32_t>(words.size()))
    return words[static_cast<std::size_t>(status)];
  return fmt::format("unknown status {}", status);
}

SettingsView::SettingsView(const PlanSettings& settings) {
  for (const auto& [key, value] : settings.options)
    options_.push_back({key.c_str(), value.c_str()});
  settings_.struct_size = sizeof settings_;
  settings_.device = settings.device;
  settings_.threads = settings.threads;
  settings_.slots = settings.slots;
  settings_.option_count = static_cast<std::int32_t>(options_.size());
  settings_.options = options_.empty() ? nullptr : options_.data();
  settings_.algorithm = settings.algorithm.empty() ? nullptr : settings.algorithm.c_str();
  settings_.workspace_limit_bytes = settings.workspace_limit_bytes;
}

}  // namespace convgauge::plugin
