// Descriptions of structs of other layers, for messages between driver and worker, and the rules
// that their values must obey there.
#pragma once
#include <bit>
#include <string>

#include "core/describe.hpp"
#include "core/layers.hpp"
#include "core/spec.hpp"
#include "plugin/answers.hpp"
#include "verify/algorithm.hpp"

namespace convgauge {

template <class Walk, Is<Axis> T>
void describe(Walk& walk, T& a) {
  walk("input", a.input);
  walk("kernel", a.kernel);
  walk("stride", a.stride);
  walk("dilation", a.dilation);
  walk("pad_before", a.pad_before);
  walk("pad_after", a.pad_after);
}
template <class Walk, Is<Geometry> T>
void describe(Walk& walk, T& g) {
  walk("batch", g.batch);
  walk("in_channels", g.in_channels);
  walk("out_channels", g.out_channels);
  walk("groups", g.groups);
  walk("h", g.h);
  walk("w", g.w);
  walk("bias", g.bias);
  walk("padding_mode", g.padding_mode);
}
template <class Walk, Is<Spec> T>
void describe(Walk& walk, T& s) {
  walk("geometry", s.geometry);
  walk("direction", s.direction);
  walk("src_type", s.src_type);
  walk("weights_type", s.weights_type);
  walk("dst_type", s.dst_type);
  walk("accumulator_type", s.accumulator_type);
  walk("layout", s.layout);
  walk("math", s.math);
  walk("deterministic", s.deterministic);
}
template <class Walk, Is<MemoryKind> T>
void describe(Walk& walk, T& k) {
  walk("number", k.number);
}
inline std::string broken_rule(const MemoryKind& k) {
  return k.number < -1 ? "memory kind " + std::to_string(k.number) + " is below -1" : "";
}
/// The broken rule of a Requirement or a Region.
template <class Buffer>
std::string broken_layout(const Buffer& b) {
  if (!std::has_single_bit(b.alignment))
    return "alignment " + std::to_string(b.alignment) + " is not a power of two";
  return b.overread_bytes > kMostOverread
             ? "overread_bytes " + std::to_string(b.overread_bytes) + " is too large"
             : "";
}
template <class Walk, class E>
void describe(Walk& walk, const OpenWord<E>& w) {
  walk("value", w.value);
  walk("other", w.other);
}
template <class Walk, class E>
void describe(Walk& walk, OpenWord<E>& w) {
  walk("value", w.value);
  walk("other", w.other);
}

}  // namespace convgauge

namespace convgauge::verify {

template <class Walk, Is<Rational> T>
void describe(Walk& walk, T& r) {
  walk("numerator", r.numerator);
  walk("denominator", r.denominator);
}
template <class Walk, Is<WinogradAxis> T>
void describe(Walk& walk, T& a) {
  walk("m", a.m);
  walk("r", a.r);
  walk("points", a.points);
}
template <class Walk, Is<Algorithm> T>
void describe(Walk& walk, T& a) {
  walk("name", a.name);
  walk("algorithm_class", a.algorithm_class);
  walk("deterministic", a.deterministic);
  walk("flushes_subnormals", a.flushes_subnormals);
  walk("points_known", a.points_known);
  walk("winograd", a.winograd);
  walk("fft_tile", a.fft_tile);
  walk("ignores_nan", a.ignores_nan);
}
template <class Walk, Is<Failed> T>
void describe(Walk& walk, T& f) {
  walk("why", f.why);
  walk("rule", f.rule);
  walk("device_lost", f.device_lost);
  walk("file", f.file);
}

}  // namespace convgauge::verify

namespace convgauge::plugin {

template <class Walk, Is<PlanSettings> T>
void describe(Walk& walk, T& s) {
  walk("device", s.device);
  walk("threads", s.threads);
  walk("slots", s.slots);
  walk("algorithm", s.algorithm);
  walk("options", s.options);
  walk("workspace_limit_bytes", s.workspace_limit_bytes);
}
inline std::string broken_rule(const PlanSettings& s) {
  if (s.device < 0) return "device " + std::to_string(s.device) + " is below 0";
  if (s.threads < 1) return "threads " + std::to_string(s.threads) + " is below 1";
  return s.slots < 1 ? "slots " + std::to_string(s.slots) + " is below 1" : "";
}
template <class Walk, Is<Requirement> T>
void describe(Walk& walk, T& r) {
  walk("role", r.role);
  walk("scope", r.scope);
  walk("form", r.form);
  walk("memory_kind", r.memory_kind);
  walk("bytes", r.bytes);
  walk("alignment", r.alignment);
  walk("layout", r.layout);
  walk("overread_bytes", r.overread_bytes);
}
inline std::string broken_rule(const Requirement& r) {
  return broken_layout(r);
}
template <class Walk, Is<DeviceInfo> T>
void describe(Walk& walk, T& d) {
  walk("name", d.name);
  walk("driver", d.driver);
  walk("kind", d.kind);
  walk("memory_bytes", d.memory_bytes);
  walk("peak_flops", d.peak_flops);
  walk("peak_bytes_per_second", d.peak_bytes_per_second);
  walk("last_level_cache_bytes", d.last_level_cache_bytes);
}
inline std::string broken_rule(const DeviceInfo& d) {
  return d.memory_bytes < 0 || d.last_level_cache_bytes < 0 ? "a size is below 0" : "";
}
template <class Walk, Is<OptionInfo> T>
void describe(Walk& walk, T& o) {
  walk("key", o.key);
  walk("values", o.values);
  walk("default_value", o.default_value);
  walk("description", o.description);
}

}  // namespace convgauge::plugin
