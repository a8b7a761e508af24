#include "core/geometry.hpp"

#include <fmt/format.h>

#include <initializer_list>
#include <utility>

namespace convgauge {
namespace {

using Maybe = std::optional<Flaw>;

/// The product; empty where it overflows int64.
std::optional<std::int64_t> product(std::initializer_list<std::int64_t> factors) {
  std::int64_t all = 1;
  for (const auto f : factors)
    if (__builtin_mul_overflow(all, f, &all)) return std::nullopt;
  return all;
}

Maybe at_least(const char* field, std::int64_t value, std::int64_t least) {
  if (value >= least) return std::nullopt;
  return Flaw{field, fmt::format("{} is less than {}", value, least)};
}

/// The first number of an axis that is below its minimum. flaw() checks height before width, the
/// order in which torch names them.
Maybe axis_numbers(const Axis& a, const char* size_name) {
  const std::pair<const char*, std::pair<std::int64_t, std::int64_t>> rules[] = {
      {size_name, {a.input, 1}},     {"kernel_size", {a.kernel, 1}}, {"stride", {a.stride, 1}},
      {"dilation", {a.dilation, 1}}, {"padding", {a.pad_before, 0}}, {"padding", {a.pad_after, 0}},
  };
  for (const auto& [field, rule] : rules)
    if (auto bad = at_least(field, rule.first, rule.second)) return bad;
  return std::nullopt;
}

Maybe axis_reach(const Axis& a, const char* size_name) {
  std::int64_t padded = 0, reach = 0;
  if (__builtin_add_overflow(a.pad_before, a.input, &padded) ||
      __builtin_add_overflow(padded, a.pad_after, &padded))
    return Flaw{"padding", fmt::format("{} + {}={} + {} overflows int64", a.pad_before, size_name,
                                       a.input, a.pad_after)};
  if (__builtin_mul_overflow(a.dilation, a.kernel - 1, &reach) ||
      __builtin_add_overflow(reach, 1, &reach))
    return Flaw{"dilation", fmt::format("dilation={} * (kernel_size={} - 1) overflows int64",
                                        a.dilation, a.kernel)};
  if (padded < reach)
    return Flaw{"kernel_size",
                fmt::format("{} with dilation={} reaches across {}, more than the padded {}={}",
                            a.kernel, a.dilation, reach, size_name, padded)};
  return std::nullopt;
}

Maybe axis_mode(const Axis& a, PaddingMode mode, const char* size_name) {
  const auto pad = a.pad_before > a.pad_after ? a.pad_before : a.pad_after;
  if (mode == PaddingMode::reflect && pad >= a.input)
    return Flaw{"padding", fmt::format("{} with padding_mode=reflect must be less than {}={}", pad,
                                       size_name, a.input)};
  if (mode == PaddingMode::circular && pad > a.input)
    return Flaw{"padding", fmt::format("{} with padding_mode=circular must be at most {}={}", pad,
                                       size_name, a.input)};
  return std::nullopt;
}

Maybe channels(const Geometry& g) {
  if (auto bad = at_least("batch", g.batch, 0)) return bad;
  if (auto bad = at_least("in_channels", g.in_channels, 1)) return bad;
  if (auto bad = at_least("out_channels", g.out_channels, 1)) return bad;
  if (auto bad = at_least("groups", g.groups, 1)) return bad;
  if (g.in_channels % g.groups)
    return Flaw{"groups",
                fmt::format("{} does not divide in_channels={}", g.groups, g.in_channels)};
  if (g.out_channels % g.groups)
    return Flaw{"groups",
                fmt::format("{} does not divide out_channels={}", g.groups, g.out_channels)};
  return std::nullopt;
}

/// The first size that overflows int64: bytes of a tensor at 8 an element, bytes of the source with
/// explicit padding, or flops.
Maybe overflow(const Geometry& g) {
  // Batch 0 would make every product 0 and so hide an overflow: it is checked as batch 1.
  const auto n = g.batch > 0 ? g.batch : 1;
  const auto oh = g.h.output(), ow = g.w.output();
  const auto said = [](const char* field, const char* what, std::string numbers) {
    return Flaw{field, fmt::format("{} = {} overflows int64", what, numbers)};
  };
  if (!product({8, n, g.in_channels, g.h.input, g.w.input}))
    return said("in_channels", "bytes of the source",
                fmt::format("8*{}*{}*{}*{}", n, g.in_channels, g.h.input, g.w.input));
  if (!product({8, n, g.in_channels, g.h.padded(), g.w.padded()}))
    return said("padding", "bytes of the padded source",
                fmt::format("8*{}*{}*{}*{}", n, g.in_channels, g.h.padded(), g.w.padded()));
  if (!product({8, g.out_channels, g.group_inputs(), g.h.kernel, g.w.kernel}))
    return said(
        "kernel_size", "bytes of the weights",
        fmt::format("8*{}*{}*{}*{}", g.out_channels, g.group_inputs(), g.h.kernel, g.w.kernel));
  if (!product({8, n, g.out_channels, oh, ow}))
    return said("out_channels", "bytes of the output",
                fmt::format("8*{}*{}*{}*{}", n, g.out_channels, oh, ow));
  if (!product({2, n, g.out_channels, oh, ow, g.group_inputs(), g.h.kernel, g.w.kernel}))
    return said("kernel_size", "flops",
                fmt::format("2*{}*{}*{}*{}*{}*{}*{}", n, g.out_channels, oh, ow, g.group_inputs(),
                            g.h.kernel, g.w.kernel));
  return std::nullopt;
}

}  // namespace

std::optional<Flaw> flaw(const Geometry& g) {
  if (auto bad = channels(g)) return bad;
  if (auto bad = axis_numbers(g.h, "height")) return bad;
  if (auto bad = axis_numbers(g.w, "width")) return bad;
  if (auto bad = axis_mode(g.h, g.padding_mode, "height")) return bad;
  if (auto bad = axis_mode(g.w, g.padding_mode, "width")) return bad;
  if (auto bad = axis_reach(g.h, "height")) return bad;
  if (auto bad = axis_reach(g.w, "width")) return bad;
  return overflow(g);
}

}  // namespace convgauge
