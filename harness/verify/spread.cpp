#include "verify/spread.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/convert.hpp"
#include "core/layers.hpp"
#include "verify/range_table.hpp"

namespace convgauge::verify {
namespace {

/// Source indices first ... last; none where last < first.
struct Range {
  std::int64_t first = 0, last = -1;
};

/// The source indices that output `o` may depend on along one axis: those that the padded positions
/// in [window - margin, window + margin] read. At most two ranges, of which only circular padding
/// needs both. They may contain more indices than that, never fewer.
using Reach = std::array<Range, 2>;

Reach reach_of(const Axis& a, PaddingMode mode, std::int64_t o, std::int64_t margin) {
  const auto from = std::max(o * a.stride - margin, std::int64_t{0}) - a.pad_before;
  const auto to = std::min(o * a.stride + a.reach() - 1 + margin, a.padded() - 1) - a.pad_before;
  const auto end = a.input - 1;
  Range inside{std::max<std::int64_t>(from, 0), std::min(to, end)};
  switch (mode) {
    case PaddingMode::zeros:
      return {inside, Range{}};
    case PaddingMode::replicate:
      return {Range{std::clamp<std::int64_t>(from, 0, end), std::clamp<std::int64_t>(to, 0, end)},
              Range{}};
    case PaddingMode::reflect:
      return {Range{to > end ? std::max<std::int64_t>(std::min(inside.first, 2 * end - to), 0)
                             : inside.first,
                    from < 0 ? std::min(std::max(inside.last, -from), end) : inside.last},
              Range{}};
    case PaddingMode::circular:
      break;
  }
  if (from < 0 && to > end) return {Range{0, end}, Range{}};
  if (from < 0) return {inside, Range{from + a.input, std::min(to + a.input, end)}};
  if (to > end) return {inside, Range{std::max<std::int64_t>(from - a.input, 0), to - a.input}};
  return {inside, Range{}};
}

std::vector<Reach> reaches(const Axis& a, PaddingMode mode, std::int64_t margin) {
  std::vector<Reach> all;
  for (std::int64_t o = 0; o < a.output(); ++o) all.push_back(reach_of(a, mode, o, margin));
  return all;
}

std::int64_t longest(const std::vector<Reach>& all) {
  std::int64_t most = 1;
  for (const auto& reach : all)
    for (const auto& r : reach) most = std::max(most, r.last - r.first + 1);
  return most;
}

/// out[o * step] = the fold over the source indices that output o may depend on.
template <class Fold>
void fold_line(RangeTable<Fold>& table, const double* line, std::int64_t size,
               const std::vector<Reach>& all, std::int64_t most, double* out, std::int64_t step) {
  table.build(line, size, most);
  for (std::size_t o = 0; o < all.size(); ++o)
    out[static_cast<std::int64_t>(o) * step] =
        Fold{}(table(all[o][0].first, all[o][0].last), table(all[o][1].first, all[o][1].last));
}

/// NaN counts as infinite: whatever depends on it is not finite.
double magnitude(double x) {
  return std::isnan(x) ? std::numeric_limits<double>::infinity() : std::fabs(x);
}

/// The fold of prepare(x) over every output's reach in h and w, for every image and input channel:
/// contiguous (batch, in_channels, output h, output w).
template <class Fold, class Prepare>
std::vector<double> fold_src(const Evidence& e, std::array<std::int64_t, 2> margin,
                             Prepare prepare) {
  const auto& g = e.spec.geometry;
  const auto rows = reaches(g.h, g.padding_mode, margin[0]),
             columns = reaches(g.w, g.padding_mode, margin[1]);
  const auto oh = g.h.output(), ow = g.w.output(), most_rows = longest(rows),
             most_columns = longest(columns);
  const Strides x = e.spec.src_strides();
  std::vector<double> out(static_cast<std::size_t>(g.batch * g.in_channels * oh * ow));
  std::vector<double> line(static_cast<std::size_t>(g.w.input)),
      across(static_cast<std::size_t>(ow * g.h.input));
  RangeTable<Fold> table;
  for (std::int64_t plane = 0; plane < g.batch * g.in_channels; ++plane) {
    const auto base = plane / g.in_channels * x[0] + plane % g.in_channels * x[1];
    for (std::int64_t h = 0; h < g.h.input; ++h) {
      load_line(e.spec.src_type, e.inputs.src, base + h * x[2], x[3], g.w.input, line.data());
      for (auto& v : line) v = prepare(magnitude(v));
      fold_line(table, line.data(), g.w.input, columns, most_columns, across.data() + h, g.h.input);
    }
    for (std::int64_t w = 0; w < ow; ++w)
      fold_line(table, across.data() + w * g.h.input, g.h.input, rows, most_rows,
                out.data() + plane * oh * ow + w, ow);
  }
  return out;
}

/// The fold of prepare(w) over the taps: contiguous (out_channels, group_inputs).
template <class Fold, class Prepare>
std::vector<double> fold_weights(const Evidence& e, Prepare prepare) {
  const auto& g = e.spec.geometry;
  const auto taps = g.h.kernel * g.w.kernel;
  std::vector<double> out(static_cast<std::size_t>(g.out_channels * g.group_inputs()), 0.0);
  std::vector<double> line(static_cast<std::size_t>(taps));
  for (std::size_t i = 0; i < out.size(); ++i) {
    load_line(e.spec.weights_type, e.inputs.weights, static_cast<std::int64_t>(i) * taps, 1, taps,
              line.data());
    for (const double v : line) out[i] = Fold{}(out[i], prepare(magnitude(v)));
  }
  return out;
}

/// S[n][o][y][x] = sum over c of src[n][c][y][x] * weights[o][c]: a 1x1 convolution, so the
/// reference computes it.
std::vector<double> contracted(const Geometry& g, const std::vector<double>& src,
                               const std::vector<double>& weights) {
  const Geometry point{.batch = g.batch,
                       .in_channels = g.in_channels,
                       .out_channels = g.out_channels,
                       .groups = g.groups,
                       .h = {.input = g.h.output()},
                       .w = {.input = g.w.output()},
                       .bias = false};
  std::vector<double> out(static_cast<std::size_t>(elements(point.dst_shape())));
  reference_fast(Spec::of(point, Dtype::f64), {src.data(), weights.data(), nullptr},
                 {out.data(), nullptr}, 1);
  // 0 * inf gives NaN. One factor is zero everywhere, but a transform may have spread the infinite
  // one nevertheless.
  for (auto& s : out)
    if (std::isnan(s)) s = std::numeric_limits<double>::infinity();
  return out;
}

constexpr std::int64_t divided_up(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

/// How far a tile of `steps` inputs reaches on an axis that may be strided or dilated. The inputs
/// of a tile are lcm(stride, dilation) apart, because outputs dilation / gcd(stride, dilation)
/// apart share a tile. At most the padded axis.
std::int64_t stretched(const Axis& a, std::int64_t steps) {
  const auto far = a.padded();
  const auto part = a.dilation / std::gcd(a.stride, a.dilation);
  if (steps == 0) return 0;
  if (a.stride > far || part > far || a.stride > far / part || steps > far / (a.stride * part))
    return far;
  return steps * a.stride * part;
}

/// A tile of `size` that contains the window reaches at most size - reach beyond it on either side;
/// one that does not contain it works on a piece of the kernel, and stays within `size` of the
/// window.
std::int64_t fft_margin(const Axis& a, std::int64_t size) {
  if (size <= 1) return 0;
  return size >= a.reach() ? size - a.reach() : stretched(a, size);
}

}  // namespace

Spread winograd_spread(const Evidence& e) {
  const auto& g = e.spec.geometry;
  const auto& [h, w] = e.algorithm.winograd;
  const auto same = [](double x) { return x; };
  const auto src =
      fold_src<Larger>(e, {stretched(g.h, h.m + h.r - 2), stretched(g.w, w.m + w.r - 2)}, same);
  const auto pieces =
      static_cast<double>(divided_up(g.h.kernel, h.r) * divided_up(g.w.kernel, w.r));
  Spread spread{contracted(g, src, fold_weights<Larger>(e, same)),
                pieces * static_cast<double>(g.group_inputs())};
  for (auto& s : spread.values) s *= pieces;
  return spread;
}

Spread fft_spread(const Evidence& e) {
  const auto& g = e.spec.geometry;
  const auto [th, tw] = e.algorithm.fft_tile;
  const auto square = [](double x) { return x * x; };
  auto src = fold_src<Sum>(e, {fft_margin(g.h, th), fft_margin(g.w, tw)}, square);
  auto weights = fold_weights<Sum>(e, square);
  for (auto& x : src) x = std::sqrt(x);
  for (auto& w : weights) w = std::sqrt(w);
  // Taps of an axis that is not transformed are summed like channels.
  const auto taps = (th > 1 ? 1 : g.h.kernel) * (tw > 1 ? 1 : g.w.kernel);
  return {contracted(g, src, weights), static_cast<double>(g.group_inputs() * taps)};
}

}  // namespace convgauge::verify
