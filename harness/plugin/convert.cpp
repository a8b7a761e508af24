#include "plugin/convert.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace convgauge {
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

Spec from_abi(const cvg_spec& s) {
  Spec spec;
  spec.geometry = {
      s.batch,       s.in_channels, s.out_channels, s.groups,
      from_abi(s.h), from_abi(s.w), s.bias != 0,    static_cast<PaddingMode>(s.padding_mode)};
  spec.direction = static_cast<Direction>(s.direction);
  spec.src_type = static_cast<Dtype>(s.src_type);
  spec.weights_type = static_cast<Dtype>(s.weights_type);
  spec.dst_type = static_cast<Dtype>(s.dst_type);
  spec.accumulator_type = static_cast<Dtype>(s.accumulator_type);
  spec.layout = static_cast<Layout>(s.layout);
  spec.math = static_cast<MathMode>(s.math);
  spec.deterministic = s.deterministic != 0;
  return spec;
}

Algorithm from_abi(const cvg_algorithm& a) {
  Algorithm algorithm;
  algorithm.name = std::string(a.name, strnlen(a.name, sizeof a.name));
  algorithm.algorithm_class =
      static_cast<AlgorithmClass>(std::clamp<std::int32_t>(a.algorithm_class, 0, 3));
  algorithm.deterministic = a.deterministic != 0;
  algorithm.flushes_subnormals = a.flushes_subnormals != 0;
  algorithm.points_known = a.points_known != 0;
  algorithm.winograd = {from_abi(a.winograd[0]), from_abi(a.winograd[1])};
  algorithm.fft_tile = {a.fft_tile[0], a.fft_tile[1]};
  return algorithm;
}

static_assert(index_of(TensorRole::src) == CVG_ROLE_SRC &&
              index_of(TensorRole::weights) == CVG_ROLE_WEIGHTS &&
              index_of(TensorRole::bias) == CVG_ROLE_BIAS &&
              index_of(TensorRole::dst) == CVG_ROLE_DST &&
              index_of(TensorRole::diff_src) == CVG_ROLE_DIFF_SRC &&
              index_of(TensorRole::diff_weights) == CVG_ROLE_DIFF_WEIGHTS &&
              index_of(TensorRole::diff_bias) == CVG_ROLE_DIFF_BIAS &&
              index_of(TensorRole::diff_dst) == CVG_ROLE_DIFF_DST);

cvg_tensors to_abi(const HostTensors& tensors) {
  cvg_tensors t{};
  t.struct_size = sizeof t;
  t.src = tensors[CVG_ROLE_SRC];
  t.weights = tensors[CVG_ROLE_WEIGHTS];
  t.bias = tensors[CVG_ROLE_BIAS];
  t.diff_dst = tensors[CVG_ROLE_DIFF_DST];
  t.dst = tensors[CVG_ROLE_DST];
  t.diff_src = tensors[CVG_ROLE_DIFF_SRC];
  t.diff_weights = tensors[CVG_ROLE_DIFF_WEIGHTS];
  t.diff_bias = tensors[CVG_ROLE_DIFF_BIAS];
  return t;
}

std::string reason_word(cvg_reason reason) {
  static constexpr std::array words{
      "none",          "direction", "dtype",           "layout", "strides", "math",
      "deterministic", "batch",     "channels",        "groups", "kernel",  "stride",
      "padding",       "dilation",  "padding_mode",    "bias",   "size",    "algorithm",
      "option",        "threads",   "workspace_limit", "device", "host",    "other"};
  static_assert(words.size() == CVG_REASON_OTHER + 1);
  if (reason >= 0 && reason < static_cast<std::int32_t>(words.size()))
    return words[static_cast<std::size_t>(reason)];
  return fmt::format("unknown reason {}", reason);
}

std::string status_word(cvg_status status) {
  static constexpr std::array words{"OK", "REFUSED", "OUT_OF_MEMORY", "FAILED", "DEVICE_LOST"};
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

}  // namespace convgauge
