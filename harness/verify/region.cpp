#include "verify/region.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include "core/layers.hpp"

namespace convgauge::verify {
namespace {

using Indices = std::vector<std::int64_t>;

struct AxisName {
  const char *one, *many, *index;
};
using AxisNames = std::array<AxisName, 4>;
constexpr AxisNames kOfOutputs{{{"image", "images", "batch n"},
                                {"output channel", "output channels", "channel c"},
                                {"row", "rows", "height h"},
                                {"column", "columns", "width w"}}};
constexpr AxisNames kOfInputs{{kOfOutputs[0],
                               {"input channel", "input channels", "channel c"},
                               kOfOutputs[2],
                               kOfOutputs[3]}};
constexpr AxisNames kOfWeights{{{"output channel", "output channels", "channel o"},
                                {"input of its group", "inputs of their group", "channel i"},
                                {"tap row", "tap rows", "row kh"},
                                {"tap column", "tap columns", "column kw"}}};

/// The words for a tensor: the names of its axes, which axis has the channels, in how many groups,
/// and channels per group (width).
struct Tongue {
  AxisNames names;
  std::size_t channels;
  std::int64_t groups, width;
};

Tongue tongue_of(const Geometry& g, TensorRole role) {
  if (role == TensorRole::diff_src) return {kOfInputs, 1, g.groups, g.group_inputs()};
  if (role == TensorRole::diff_weights) return {kOfWeights, 0, g.groups, g.group_outputs()};
  return {kOfOutputs, 1, g.groups, g.group_outputs()};
}

/// For each axis, the indices at which at least one output is wrong.
std::array<Indices, 4> touched(const Shape& s, const std::vector<std::uint8_t>& bad) {
  std::array<std::vector<std::uint8_t>, 4> seen;
  for (std::size_t d = 0; d < 4; ++d) seen[d].assign(static_cast<std::size_t>(s[d]), 0);
  for (std::size_t i = 0; i < bad.size(); ++i) {
    if (!bad[i]) continue;
    auto rest = static_cast<std::int64_t>(i);
    for (std::size_t d = 4; d-- > 0; rest /= s[d])
      seen[d][static_cast<std::size_t>(rest % s[d])] = 1;
  }
  std::array<Indices, 4> all;
  for (std::size_t d = 0; d < 4; ++d)
    for (std::int64_t i = 0; i < s[d]; ++i)
      if (seen[d][static_cast<std::size_t>(i)]) all[d].push_back(i);
  return all;
}

/// The common step of evenly spaced indices that reach across the whole axis; otherwise 0.
std::int64_t even_step(const Indices& at, std::int64_t size) {
  if (at.size() < 2) return 0;
  const auto step = at[1] - at[0];
  for (std::size_t i = 1; i < at.size(); ++i)
    if (at[i] - at[i - 1] != step) return 0;
  return step > 1 && at.front() < step && at.back() + step >= size ? step : 0;
}

std::string every(std::int64_t step, std::int64_t first, const char* one) {
  constexpr const char* ordinals[] = {"second", "third", "fourth"};
  const auto which = step <= 4 ? std::string(ordinals[step - 2]) : fmt::format("{}th", step);
  return fmt::format("every {} {} from {}", which, one, first);
}

bool consecutive(const Indices& at) {
  return at.back() - at.front() + 1 == static_cast<std::int64_t>(at.size());
}

/// Whole groups only: "group 1", "groups 1 to 3". Empty where the channels are not whole groups.
std::string groups(const Tongue& t, const Indices& at) {
  const auto width = t.width, first = at.front() / width, last = at.back() / width;
  if (t.groups == 1 || !consecutive(at) || at.front() % width || (at.back() + 1) % width) return "";
  return first == last ? fmt::format("group {}", first)
                       : fmt::format("groups {} to {}", first, last);
}

std::string span(const Tongue& t, std::size_t d, const Indices& at, std::int64_t size) {
  const auto [one, many, index] = t.names[d];
  const auto count = static_cast<std::int64_t>(at.size());
  if (d == t.channels && at.back() == size - 1 && count > 1)
    return fmt::format("{} >= {}", many, at.front());
  if (d == t.channels && at.front() == 0 && count > 1) return fmt::format("{} < {}", many, count);
  if (count == 1 && at.front() == size - 1)
    return fmt::format("the last {} ({} = {})", one, index, at.front());
  if (count == 1) return fmt::format("{} {}", one, at.front());
  if (at.back() == size - 1)
    return fmt::format("the last {} {} ({} >= {})", count, many, index, at.front());
  if (at.front() == 0) return fmt::format("the first {} {}", count, many);
  return fmt::format("{} {} to {}", many, at.front(), at.back());
}

/// Whether only the two ends of the axis are touched, so that the interior is right; `before` and
/// `after`: how many indices at either end.
bool border(const Indices& at, std::int64_t size, std::int64_t& before, std::int64_t& after) {
  const auto gap =
      std::adjacent_find(at.begin(), at.end(), [](auto a, auto b) { return b != a + 1; });
  if (gap == at.end() || at.front() != 0 || at.back() != size - 1) return false;
  before = gap - at.begin() + 1;
  after = at.end() - gap - 1;
  return before + after + (*(gap + 1) - *gap - 1) == size;
}

std::string axis_words(const Tongue& t, std::size_t d, const Indices& at, std::int64_t size) {
  const auto count = static_cast<std::int64_t>(at.size());
  if (count == size) return "";
  if (d == t.channels)
    if (auto text = groups(t, at); !text.empty()) return text;
  if (consecutive(at)) return span(t, d, at, size);
  if (const auto step = even_step(at, size)) return every(step, at.front(), t.names[d].one);
  std::int64_t before = 0, after = 0;
  if (border(at, size, before, after))
    return fmt::format("the first {} and the last {} {}", before, after, t.names[d].many);
  return fmt::format("{} of {} {} between {} and {}", count, size, t.names[d].many, at.front(),
                     at.back());
}

std::string joined(const std::vector<std::string>& parts) {
  std::string all;
  for (const auto& part : parts) all += (all.empty() ? "" : ", ") + part;
  return all;
}

std::string share_of(std::int64_t count, std::int64_t all) {
  const double percent = 100.0 * static_cast<double>(count) / static_cast<double>(all);
  return count == all ? "all" : fmt::format("{:.2g}%", std::min(percent, 99.0));
}

/// Describes wrong outputs that all lie near the sides of their image and fill most of that border
/// (some may agree by chance); otherwise empty.
std::string frame(const Shape& s, const std::vector<std::uint8_t>& bad, std::int64_t count) {
  const auto plane = s[2] * s[3];
  const auto depth = [&](std::int64_t i) {
    const auto h = i % plane / s[3], w = i % plane % s[3];
    return std::min(std::min(h, s[2] - 1 - h), std::min(w, s[3] - 1 - w));
  };
  std::int64_t deepest = 0, within = 0;
  for (std::int64_t i = 0; i < elements(s); ++i)
    if (bad[static_cast<std::size_t>(i)]) deepest = std::max(deepest, depth(i));
  for (std::int64_t i = 0; i < elements(s); ++i) within += depth(i) <= deepest;
  if (within == elements(s) || 4 * count < 3 * within) return "";
  const auto text = share_of(count, within) + " of the border";
  return deepest == 0 ? text : fmt::format("{}, {} wide", text, deepest + 1);
}

}  // namespace

std::string describe_region(const Spec& spec, TensorRole role,
                            const std::vector<std::uint8_t>& bad) {
  const Shape s = spec.shape(role);
  const auto tongue = tongue_of(spec.geometry, role);
  const auto count = std::count_if(bad.begin(), bad.end(), [](auto b) { return b != 0; });
  if (count == elements(s)) return "all outputs";
  const auto at = touched(s, bad);
  std::int64_t box = 1;
  std::vector<std::string> parts;
  for (std::size_t d = 0; d < 4; ++d) {
    box *= static_cast<std::int64_t>(at[d].size());
    if (auto text = axis_words(tongue, d, at[d], s[d]); !text.empty())
      parts.push_back(std::move(text));
  }
  const auto region = joined(parts);
  if (count == box) return count == 1 ? "one output: " + region : "all of " + region;
  if (role != TensorRole::diff_weights)
    if (auto text = frame(s, bad, count); !text.empty()) return text;
  return share_of(count, box) + (region.empty() ? " of the outputs, everywhere" : " of " + region);
}

}  // namespace convgauge::verify
