#include "verify/knobs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace convgauge {
namespace {

bool is_size(Knob k) {
  return k == Knob::height || k == Knob::width;
}

bool is_channels(Knob k) {
  return k == Knob::in_channels || k == Knob::out_channels;
}

/// Of an axis: the least input that its kernel, dilation, padding and the padding mode allow.
std::int64_t least_input(const Axis& a, PaddingMode mode) {
  const auto pad = std::max(a.pad_before, a.pad_after);
  const auto for_mode = mode == PaddingMode::reflect    ? pad + 1
                        : mode == PaddingMode::circular ? pad
                                                        : 1;
  return std::max({a.reach() - a.pad_before - a.pad_after, for_mode, std::int64_t{1}});
}

std::string value_text(Knob k, std::int64_t value) {
  if (k == Knob::bias) return value ? "true" : "false";
  if (k == Knob::padding_mode) return std::string(word(static_cast<PaddingMode>(value)));
  if (k == Knob::layout) return std::string(word(static_cast<Layout>(value)));
  return fmt::format("{}", value);
}

/// The different values of a parameter that count.
std::vector<std::int64_t> counting(const Point& p, const Parameter& parameter) {
  std::vector<std::int64_t> values;
  for (const auto k : parameter.knobs)
    if (p[k] != trivial(k) && p[k] != least(p, k) &&
        std::find(values.begin(), values.end(), p[k]) == values.end())
      values.push_back(p[k]);
  return values;
}

}  // namespace

Point::Point() {
  for (std::size_t i = 0; i < kKnobs; ++i) values_[i] = trivial(static_cast<Knob>(i));
}

Point::Point(const Trial& s) {
  const auto& g = s.geometry;
  values_ = {g.batch,
             g.in_channels,
             g.out_channels,
             g.groups,
             g.h.input,
             g.w.input,
             g.h.kernel,
             g.w.kernel,
             g.h.stride,
             g.w.stride,
             g.h.dilation,
             g.w.dilation,
             g.h.pad_before,
             g.h.pad_after,
             g.w.pad_before,
             g.w.pad_after,
             g.bias ? 1 : 0,
             static_cast<std::int64_t>(g.padding_mode),
             static_cast<std::int64_t>(s.layout),
             s.threads};
}

Trial Point::trial() const {
  const auto& p = *this;
  const auto axis = [&](Knob input, Knob kernel, Knob stride, Knob dilation, Knob before,
                        Knob after) {
    return Axis{p[input], p[kernel], p[stride], p[dilation], p[before], p[after]};
  };
  Trial s;
  auto& g = s.geometry;
  g.batch = p[Knob::batch];
  g.in_channels = p[Knob::in_channels];
  g.out_channels = p[Knob::out_channels];
  g.groups = p[Knob::groups];
  g.h = axis(Knob::height, Knob::kernel_h, Knob::stride_h, Knob::dilation_h, Knob::pad_top,
             Knob::pad_bottom);
  g.w = axis(Knob::width, Knob::kernel_w, Knob::stride_w, Knob::dilation_w, Knob::pad_left,
             Knob::pad_right);
  g.bias = p[Knob::bias] != 0;
  g.padding_mode = static_cast<PaddingMode>(p[Knob::padding_mode]);
  s.layout = static_cast<Layout>(p[Knob::layout]);
  s.threads = static_cast<int>(p[Knob::threads]);
  return s;
}

std::span<const Parameter> parameters() {
  static const std::vector<Parameter> all{
      {"batch", {Knob::batch}},
      {"in_channels", {Knob::in_channels}},
      {"out_channels", {Knob::out_channels}},
      {"groups", {Knob::groups}},
      {"size", {Knob::height, Knob::width}},
      {"kernel_size", {Knob::kernel_h, Knob::kernel_w}},
      {"stride", {Knob::stride_h, Knob::stride_w}},
      {"dilation", {Knob::dilation_h, Knob::dilation_w}},
      {"padding", {Knob::pad_top, Knob::pad_bottom, Knob::pad_left, Knob::pad_right}},
      {"bias", {Knob::bias}},
      {"padding_mode", {Knob::padding_mode}},
      {"layout", {Knob::layout}},
      {"threads", {Knob::threads}},
  };
  return all;
}

std::int64_t trivial(Knob k) {
  switch (k) {
    case Knob::pad_top:
    case Knob::pad_bottom:
    case Knob::pad_left:
    case Knob::pad_right:
    case Knob::bias:
    case Knob::padding_mode:
    case Knob::layout:
      return 0;
    default:
      return 1;
  }
}

std::int64_t least(const Point& p, Knob k) {
  if (is_channels(k)) return p[Knob::groups];
  if (!is_size(k)) return trivial(k);
  const auto g = p.trial().geometry;
  return least_input(k == Knob::height ? g.h : g.w, g.padding_mode);
}

std::optional<Point> repaired(Point p) {
  const auto groups = std::max<std::int64_t>(1, p[Knob::groups]);
  for (const auto k : {Knob::in_channels, Knob::out_channels})
    p[k] = std::max(groups, p[k] / groups * groups);
  for (const auto k : {Knob::height, Knob::width}) p[k] = std::max(p[k], least(p, k));
  if (flaw(p.trial().geometry)) return std::nullopt;
  return p;
}

std::vector<std::string> away_from_trivial(const Trial& trial) {
  const Point p(trial);
  std::vector<std::string> names;
  for (const auto& parameter : parameters())
    for (const auto value : counting(p, parameter))
      names.push_back(
          fmt::format("{}={}", parameter.name, value_text(parameter.knobs.front(), value)));
  return names;
}

Cost cost(const Point& p) {
  Cost c;
  for (const auto& parameter : parameters()) {
    c.away += counting(p, parameter).size();
    for (const auto k : parameter.knobs) c.sum += std::abs(p[k] - trivial(k));
  }
  return c;
}

}  // namespace convgauge
