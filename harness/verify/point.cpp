#include "verify/point.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include "core/layers.hpp"

namespace convgauge::verify {
namespace {

bool is_size(Coordinate k) {
  return k == Coordinate::height || k == Coordinate::width;
}

bool is_channels(Coordinate k) {
  return k == Coordinate::in_channels || k == Coordinate::out_channels;
}

/// The least input size of an axis that its kernel, dilation, padding and the padding mode allow.
std::int64_t least_input(const Axis& a, PaddingMode mode) {
  const auto pad = std::max(a.pad_before, a.pad_after);
  const auto for_mode = mode == PaddingMode::reflect    ? pad + 1
                        : mode == PaddingMode::circular ? pad
                                                        : 1;
  return std::max({a.reach() - a.pad_before - a.pad_after, for_mode, std::int64_t{1}});
}

std::string value_text(Coordinate k, std::int64_t value) {
  if (k == Coordinate::bias) return value ? "true" : "false";
  if (k == Coordinate::padding_mode) return std::string(word(static_cast<PaddingMode>(value)));
  if (k == Coordinate::layout) return std::string(word(static_cast<Layout>(value)));
  return fmt::format("{}", value);
}

/// The different values of a parameter that count.
std::vector<std::int64_t> counting(const Point& p, const Parameter& parameter) {
  std::vector<std::int64_t> values;
  for (const auto k : parameter.coordinates)
    if (p[k] != trivial(k) && p[k] != least(p, k) &&
        std::find(values.begin(), values.end(), p[k]) == values.end())
      values.push_back(p[k]);
  return values;
}

}  // namespace

Point::Point() {
  for (std::size_t i = 0; i < kCoordinates; ++i) values_[i] = trivial(static_cast<Coordinate>(i));
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
  const auto axis = [&](Coordinate input, Coordinate kernel, Coordinate stride, Coordinate dilation,
                        Coordinate before, Coordinate after) {
    return Axis{p[input], p[kernel], p[stride], p[dilation], p[before], p[after]};
  };
  Trial s;
  auto& g = s.geometry;
  g.batch = p[Coordinate::batch];
  g.in_channels = p[Coordinate::in_channels];
  g.out_channels = p[Coordinate::out_channels];
  g.groups = p[Coordinate::groups];
  g.h = axis(Coordinate::height, Coordinate::kernel_h, Coordinate::stride_h, Coordinate::dilation_h,
             Coordinate::pad_top, Coordinate::pad_bottom);
  g.w = axis(Coordinate::width, Coordinate::kernel_w, Coordinate::stride_w, Coordinate::dilation_w,
             Coordinate::pad_left, Coordinate::pad_right);
  g.bias = p[Coordinate::bias] != 0;
  g.padding_mode = static_cast<PaddingMode>(p[Coordinate::padding_mode]);
  s.layout = static_cast<Layout>(p[Coordinate::layout]);
  s.threads = static_cast<int>(p[Coordinate::threads]);
  return s;
}

std::span<const Parameter> parameters() {
  static const std::vector<Parameter> all{
      {"batch", {Coordinate::batch}},
      {"in_channels", {Coordinate::in_channels}},
      {"out_channels", {Coordinate::out_channels}},
      {"groups", {Coordinate::groups}},
      {"size", {Coordinate::height, Coordinate::width}},
      {"kernel_size", {Coordinate::kernel_h, Coordinate::kernel_w}},
      {"stride", {Coordinate::stride_h, Coordinate::stride_w}},
      {"dilation", {Coordinate::dilation_h, Coordinate::dilation_w}},
      {"padding",
       {Coordinate::pad_top, Coordinate::pad_bottom, Coordinate::pad_left, Coordinate::pad_right}},
      {"bias", {Coordinate::bias}},
      {"padding_mode", {Coordinate::padding_mode}},
      {"layout", {Coordinate::layout}},
      {"threads", {Coordinate::threads}},
  };
  return all;
}

std::int64_t trivial(Coordinate k) {
  switch (k) {
    case Coordinate::pad_top:
    case Coordinate::pad_bottom:
    case Coordinate::pad_left:
    case Coordinate::pad_right:
    case Coordinate::bias:
    case Coordinate::padding_mode:
    case Coordinate::layout:
      return 0;
    default:
      return 1;
  }
}

std::int64_t least(const Point& p, Coordinate k) {
  if (is_channels(k)) return p[Coordinate::groups];
  if (!is_size(k)) return trivial(k);
  const auto g = p.trial().geometry;
  return least_input(k == Coordinate::height ? g.h : g.w, g.padding_mode);
}

std::optional<Point> repaired(Point p) {
  const auto groups = std::max<std::int64_t>(1, p[Coordinate::groups]);
  for (const auto k : {Coordinate::in_channels, Coordinate::out_channels})
    p[k] = std::max(groups, p[k] / groups * groups);
  for (const auto k : {Coordinate::height, Coordinate::width}) p[k] = std::max(p[k], least(p, k));
  if (flaw(p.trial().geometry)) return std::nullopt;
  return p;
}

std::vector<std::string> away_from_trivial(const Trial& trial) {
  const Point p(trial);
  std::vector<std::string> names;
  for (const auto& parameter : parameters())
    for (const auto value : counting(p, parameter))
      names.push_back(
          fmt::format("{}={}", parameter.name, value_text(parameter.coordinates.front(), value)));
  return names;
}

Cost cost(const Point& p) {
  Cost c;
  for (const auto& parameter : parameters()) {
    c.away += counting(p, parameter).size();
    for (const auto k : parameter.coordinates) c.sum += std::abs(p[k] - trivial(k));
  }
  return c;
}

}  // namespace convgauge::verify
