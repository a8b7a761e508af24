#include "import/descriptor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/layers.hpp"

namespace convgauge::import {
namespace {

/// Products of any two such numbers, and sums of these, are within int64.
constexpr std::int64_t kLargest = 1'000'000'000;

/// The member that an entry such as "kh" names; null for one that is none.
std::int64_t* member(Descriptor& d, std::string_view entry) {
  if (entry == "g") return &d.groups;
  if (entry == "mb") return &d.batch;
  if (entry == "ic") return &d.in_channels;
  if (entry == "oc") return &d.out_channels;
  const auto axis = std::string_view("dhw").find(entry.back());
  if (entry.size() != 2 || axis == std::string_view::npos) return nullptr;
  auto& a = d.axes[axis];
  switch (entry.front()) {
    case 'i':
      return &a.input;
    case 'o':
      return &a.output;
    case 'k':
      return &a.kernel;
    case 's':
      return &a.stride;
    case 'd':
      return &a.dilation;
    case 'p':
      return &a.pad.emplace(0);
    default:
      return nullptr;
  }
}

/// The name without its quotes and their backslashes.
std::string unquoted(std::string_view text) {
  std::string name;
  for (const char c : text)
    if (c != '"' && c != '\\') name += c;
  return name;
}

/// The number at the beginning of `text`, which is cut off.
Expected<std::int64_t> take_number(std::string_view entry, std::string_view& text) {
  std::int64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code == std::errc::invalid_argument)
    return error(fmt::format("{}: has no number, but '{}'", entry, text.substr(0, 20)));
  if (code == std::errc::result_out_of_range)
    return error(fmt::format("{}: '{}' does not fit in int64", entry, text.substr(0, 40)));
  if (value < 0) return error(fmt::format("{}: {} is less than 0", entry, value));
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

bool is_absent(const DescribedAxis& a) {
  return a.input == 0 && a.output == 0 && a.kernel == 0 && a.dilation == 0 && a.stride == 1 &&
         a.pad.value_or(0) < 1;
}

std::int64_t reach(const DescribedAxis& a) {
  return (a.kernel - 1) * (a.dilation + 1) + 1;
}

/// Fills in the output or the padding where one is absent. name: "h".
Expected<void> complete(DescribedAxis& a, char name, bool transposed) {
  for (const auto& [entry, value] : {std::pair('i', a.input), {'k', a.kernel}, {'s', a.stride}})
    if (value < 1) return error(fmt::format("{}{}: {} is less than 1", entry, name, value));
  if (a.output == 0) {
    const auto pad = a.pad.value_or(0);
    const auto room = a.input + 2 * pad - reach(a);
    a.output = transposed ? (a.input - 1) * a.stride + reach(a) - 2 * pad
               : room < 0 ? 0
                          : room / a.stride + 1;
    if (a.output < 1)
      return error(fmt::format("o{}: the other numbers give no output: i{}={}, k{}={}, p{}={}",
                               name, name, a.input, name, a.kernel, name, pad));
  }
  if (a.pad) return {};
  const auto total = transposed ? (a.input - 1) * a.stride + reach(a) - a.output
                                : (a.output - 1) * a.stride + reach(a) - a.input;
  a.pad = total / 2;  // towards 0, as in C
  if (*a.pad < 0)
    return error(fmt::format("p{}: i{}={} and o{}={} give a negative padding", name, name, a.input,
                             name, a.output));
  return {};
}

/// The axis of a convolution whose output, not the padding behind its input, is given; empty where
/// no padding of 0 or more gives this output.
std::optional<Axis> axis_of(const DescribedAxis& a, bool transposed) {
  const auto input = transposed ? a.output : a.input, output = transposed ? a.input : a.output;
  const auto before = a.pad.value_or(0);
  const auto least = (output - 1) * a.stride + reach(a) - input - before;
  const auto most = least + a.stride - 1;
  if (most < 0) return std::nullopt;
  const auto after = before >= least && before <= most ? before : std::max<std::int64_t>(least, 0);
  return Axis{.input = input,
              .kernel = a.kernel,
              .stride = a.stride,
              .dilation = a.dilation + 1,
              .pad_before = before,
              .pad_after = after};
}

/// Applies the rules for absent dimensions and numbers. The axes are then complete; height 1 where
/// there is a width only.
Expected<void> complete(Descriptor& d, bool transposed) {
  auto& [depth, height, width] = d.axes;
  if (is_absent(height) && is_absent(width))
    return error("no size is given: ih and kh, or iw and kw, are needed");
  if (!is_absent(height))
    if (auto ok = complete(height, 'h', transposed); !ok) return ok;
  if (is_absent(width))
    width = height;
  else if (auto ok = complete(width, 'w', transposed); !ok)
    return ok;
  if (is_absent(height)) height = {.input = 1, .output = 1, .kernel = 1, .pad = 0};
  return {};
}

}  // namespace

Expected<Descriptor> parse_descriptor(std::string_view text) {
  Descriptor d;
  const auto whole = text;
  while (!text.empty()) {
    if (text.front() == '_') {
      text.remove_prefix(1);
      continue;
    }
    if (text.front() == 'n') {
      d.name = unquoted(text.substr(1));
      break;
    }
    const auto entry = text.substr(0, text.front() == 'g' ? 1 : 2);
    auto* number = member(d, entry);
    if (!number)
      return error(fmt::format("'{}' begins with none of g, mb, ic, oc, ih, oh, kh, sh, ph, dh ...",
                               text.substr(0, 40)));
    text.remove_prefix(entry.size());
    const auto value = take_number(entry, text);
    if (!value) return tl::unexpected(value.error());
    *number = std::min(*value, kLargest);
    d.too_large = d.too_large || *value > kLargest;
  }
  for (const auto& [entry, value] :
       {std::pair("g", d.groups), {"ic", d.in_channels}, {"oc", d.out_channels}})
    if (value < 1)
      return error(fmt::format("{}: is missing or 0 in '{}'", entry, whole.substr(0, 80)));
  return d;
}

bool is_1d(const Descriptor& d) {
  return is_absent(d.axes[0]) && is_absent(d.axes[1]);
}

Expected<Found> geometry_of(Descriptor d, bool transposed) {
  if (!is_absent(d.axes[0]))
    return Skipped{"3-D convolution", "a Conv2d has two spatial dimensions"};
  if (d.too_large) return Skipped{"convolution with a size above 1e9", "it fits no machine"};
  if (auto ok = complete(d, transposed); !ok) return tl::unexpected(ok.error());
  const auto h = axis_of(d.axes[1], transposed), w = axis_of(d.axes[2], transposed);
  if (!h || !w)
    return Skipped{"convolution with negative padding",
                   "it leaves out the last rows or columns of its input"};
  Geometry g;
  g.batch = d.batch;
  g.groups = d.groups;
  g.in_channels = transposed ? d.out_channels : d.in_channels;
  g.out_channels = transposed ? d.in_channels : d.out_channels;
  g.h = *h;
  g.w = *w;
  if (const auto bad = flaw(g)) return error(fmt::format("{}: {}", bad->field, bad->rule));
  return g;
}

}  // namespace convgauge::import
