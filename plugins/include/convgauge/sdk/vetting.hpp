// What the SDK refuses on behalf of a class: what `supports` leaves out, and what rules R3, R4 and
// R5 of plugin.h require to be refused.
#pragma once
#include <convgauge/sdk/values.hpp>

#include <algorithm>
#include <charconv>
#include <span>
#include <string>
#include <vector>

namespace CVG_HIDDEN cvg {

/// "a, b and c", for messages; "none" for an empty list.
inline std::string listed(const std::vector<std::string>& words) {
  std::string all;
  for (std::size_t i = 0; i < words.size(); ++i)
    all += (i == 0 ? "" : i + 1 == words.size() ? " and " : ", ") + words[i];
  return all.empty() ? "none" : all;
}

/// The word of an enumerator, or its number where the SDK does not know it.
inline std::string word(std::int32_t value, std::initializer_list<const char*> words) {
  if (value >= 0 && value < static_cast<std::int32_t>(words.size())) return words.begin()[value];
  return "number " + std::to_string(value);
}

inline void refuse_unless(bool supported, cvg_reason reason, const std::string& sentence) {
  if (!supported) throw Refused(reason, sentence);
}

inline std::string type_word(cvg_dtype type) {
  return word(type, {"f32", "f64", "f16", "bf16"});
}

inline void vet_types(const cvg_spec& spec, const Supports& supports) {
  for (const auto type : {spec.src_type, spec.weights_type, spec.dst_type})
    refuse_unless(supports.types.has(type), CVG_REASON_DTYPE,
                  "dtype " + type_word(type) + " is not supported");
  refuse_unless(spec.src_type == spec.weights_type && spec.src_type == spec.dst_type,
                CVG_REASON_DTYPE,
                "src " + type_word(spec.src_type) + ", weights " + type_word(spec.weights_type) +
                    " and dst " + type_word(spec.dst_type) + ": mixed types are not supported");
  refuse_unless(
      spec.accumulator_type == (spec.src_type == CVG_DTYPE_F64 ? CVG_DTYPE_F64 : CVG_DTYPE_F32),
      CVG_REASON_DTYPE,
      "accumulator " + type_word(spec.accumulator_type) + " is not supported with " +
          type_word(spec.src_type));
}

/// Whether these strides (n, c, h, w) are those of a dense tensor. The stride of an axis of size 1
/// does not matter.
inline bool is_dense(const std::int64_t (&shape)[4], const std::int64_t (&strides)[4],
                     bool channels_last) {
  static constexpr int kOrders[2][4] = {{3, 2, 1, 0}, {1, 3, 2, 0}};  // innermost first
  std::int64_t expected = 1;
  for (const int i : kOrders[channels_last ? 1 : 0]) {
    if (shape[i] > 1 && strides[i] != expected) return false;
    expected *= shape[i];
  }
  return true;
}

inline void vet_strides(const cvg_spec& spec) {
  const std::int64_t src[4] = {spec.batch, spec.in_channels, spec.h.input, spec.w.input};
  const std::int64_t weights[4] = {spec.out_channels, spec.in_channels / spec.groups, spec.h.kernel,
                                   spec.w.kernel};
  const std::int64_t dst[4] = {spec.batch, spec.out_channels, output(spec.h), output(spec.w)};
  const bool nhwc = spec.layout == CVG_LAYOUT_NHWC;
  refuse_unless(is_dense(src, spec.src_strides, nhwc), CVG_REASON_STRIDES,
                "src is not dense in its layout");
  refuse_unless(is_dense(weights, spec.weights_strides, false), CVG_REASON_STRIDES,
                "weights are not dense");
  refuse_unless(is_dense(dst, spec.dst_strides, nhwc), CVG_REASON_STRIDES,
                "dst is not dense in its layout");
}

inline void vet_spec(const cvg_spec& spec, const Supports& supports) {
  refuse_unless(supports.directions.has(spec.direction), CVG_REASON_DIRECTION,
                "direction " +
                    word(spec.direction, {"forward", "backward_data", "backward_weights"}) +
                    " is not supported");
  vet_types(spec, supports);
  refuse_unless(supports.layouts.has(spec.layout), CVG_REASON_LAYOUT,
                "layout " + word(spec.layout, {"nchw", "nhwc", "native"}) + " is not supported");
  refuse_unless(supports.math.has(spec.math), CVG_REASON_MATH,
                "math " + word(spec.math, {"strict", "tf32", "reduced"}) + " is not supported");
  refuse_unless(supports.padding_modes.has(spec.padding_mode), CVG_REASON_PADDING_MODE,
                "padding_mode " +
                    word(spec.padding_mode, {"zeros", "reflect", "replicate", "circular"}) +
                    " is not supported");
  if (!supports.any_strides) vet_strides(spec);
}

/// Whether `value` is one of `values`: "strict|fast" is a choice, "1..64" a range of whole numbers.
/// Any other description is for the class to check.
inline bool fits(std::string_view value, std::string_view values) {
  if (const auto dots = values.find(".."); dots != std::string_view::npos) {
    std::int64_t bounds[3] = {};
    const std::string_view texts[3] = {values.substr(0, dots), value, values.substr(dots + 2)};
    for (int i = 0; i < 3; ++i) {
      const char* end = texts[i].data() + texts[i].size();
      const auto read = std::from_chars(texts[i].data(), end, bounds[i]);
      if (read.ec != std::errc{} || read.ptr != end) return false;
    }
    return bounds[0] <= bounds[1] && bounds[1] <= bounds[2];
  }
  if (values.find('|') == std::string_view::npos) return true;
  for (std::size_t begin = 0; begin <= values.size();) {
    const auto end = std::min(values.find('|', begin), values.size());
    if (values.substr(begin, end - begin) == value) return true;
    begin = end + 1;
  }
  return false;
}

inline void vet_options(const cvg_settings& settings, std::span<const cvg_option_info> known) {
  std::vector<std::string> keys;
  for (const auto& info : known) keys.push_back(info.key);
  for (std::int32_t i = 0; i < settings.option_count; ++i) {
    const std::string key = settings.options[i].key, value = settings.options[i].value;
    const auto info =
        std::find_if(known.begin(), known.end(), [&](const auto& k) { return key == k.key; });
    refuse_unless(info != known.end(), CVG_REASON_OPTION,
                  "option " + key + " is unknown; known: " + listed(keys));
    refuse_unless(fits(value, info->values), CVG_REASON_OPTION,
                  "option " + key + "=" + value + " is not one of " + info->values);
    refuse_unless(option(settings, key)->data() == settings.options[i].value, CVG_REASON_OPTION,
                  "option " + key + " is given twice");
  }
}

inline void vet_settings(const cvg_settings& settings, const Supports& supports,
                         std::size_t devices) {
  refuse_unless(settings.device >= 0 && static_cast<std::size_t>(settings.device) < devices,
                CVG_REASON_DEVICE,
                "device " + std::to_string(settings.device) +
                    " is not there; devices: " + std::to_string(devices));
  refuse_unless(settings.threads >= 1 && settings.threads <= supports.max_threads,
                CVG_REASON_THREADS,
                std::to_string(settings.threads) + " threads; 1 to " +
                    std::to_string(supports.max_threads) + " are supported");
  refuse_unless(settings.slots >= 1, CVG_REASON_OTHER,
                std::to_string(settings.slots) + " slots; at least 1 is needed");
}

/// The algorithm that will run: the one asked for by name, else the first, or the first
/// deterministic one where the spec demands that. Throws Refused.
inline cvg_algorithm chosen(std::span<const cvg_algorithm> known, const cvg_spec& spec,
                            const cvg_settings& settings) {
  std::vector<std::string> names;
  for (const auto& algorithm : known) {
    names.push_back(algorithm.name);
    if (settings.algorithm ? names.back() != settings.algorithm
                           : spec.deterministic && !algorithm.deterministic)
      continue;
    refuse_unless(!spec.deterministic || algorithm.deterministic, CVG_REASON_DETERMINISTIC,
                  "algorithm " + names.back() + " does not always give the same bits");
    return algorithm;
  }
  if (settings.algorithm)
    throw Refused(CVG_REASON_ALGORITHM, "algorithm " + std::string(settings.algorithm) +
                                            " is not offered here; offered: " + listed(names));
  throw Refused(
      known.empty() ? CVG_REASON_ALGORITHM : CVG_REASON_DETERMINISTIC,
      known.empty() ? "no algorithm for this problem" : "no algorithm always gives the same bits");
}

}  // namespace cvg
