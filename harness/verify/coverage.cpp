#include "verify/coverage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/layers.hpp"

namespace convgauge::verify {
namespace {

/// By the largest power of two from 4 to 128 that divides: 1 to 6. Else one more than a multiple of
/// eight: 7; one fewer: 8; any other: 0.
std::int64_t block(std::int64_t value) {
  for (std::int64_t power = 6; power > 0; --power)
    if (value % (std::int64_t{2} << power) == 0) return power;
  return value == 1 ? 0 : value % 8 == 1 ? 7 : value % 8 == 7 ? 8 : 0;
}

/// none, half, other symmetric padding, as far as the kernel reaches, more after, more before.
std::int64_t padding(const Axis& a) {
  if (a.pad_before != a.pad_after) return a.pad_before < a.pad_after ? 4 : 5;
  if (a.pad_before == 0) return 0;
  if (2 * a.pad_before == a.reach() - 1) return 1;
  return a.pad_before < a.reach() - 1 ? 2 : 3;
}

/// The kernel shapes for which implementations have code of their own: 1x1, 1x1 strided, 3x3, 3x3
/// stride 2, dilated 3x3, 5x5, 7x7, patches (stride equals kernel), one row or column, even, from
/// 11 on, any other.
std::int64_t shape_of(const Geometry& g) {
  const auto kh = g.h.kernel, kw = g.w.kernel, sh = g.h.stride, sw = g.w.stride;
  const bool dilated = g.h.dilation > 1 || g.w.dilation > 1;
  if (kh == 1 && kw == 1) return sh == 1 && sw == 1 ? 0 : 1;
  if (kh == sh && kw == sw) return 7;
  if (kh == 1 || kw == 1) return 8;
  if (kh == 3 && kw == 3 && dilated) return 4;
  if (kh == 3 && kw == 3 && sh == sw && sh <= 2) return sh + 1;
  if (!dilated && kh == kw && (kh == 5 || kh == 7)) return kh == 5 ? 5 : 6;
  if (kh % 2 == 0 && kw % 2 == 0) return 9;
  return std::min(kh, kw) >= 11 ? 10 : 11;
}

/// dense, groups, depthwise, depthwise with a multiplier.
std::int64_t connection_of(const Geometry& g) {
  if (!g.depthwise()) return g.groups > 1 ? 1 : 0;
  return g.in_channels == g.out_channels ? 2 : 3;
}

/// Against multiples of 256 terms: at one, one more, one fewer, elsewhere.
std::int64_t tail_of_terms(std::int64_t terms) {
  const auto rest = terms % 256;
  return terms < 255 ? 0 : rest == 0 ? 1 : rest == 1 ? 2 : rest == 255 ? 3 : 0;
}

/// What is measured of a problem on the axis of that name.
namespace measured {
using Number = std::int64_t;
// clang-format off
Number shape(const Geometry& g) { return shape_of(g); }
Number batch(const Geometry& g) { return g.batch; }
Number connection(const Geometry& g) { return connection_of(g); }
Number groups(const Geometry& g) { return g.groups; }
Number group_inputs(const Geometry& g) { return g.group_inputs(); }
Number group_outputs(const Geometry& g) { return g.group_outputs(); }
Number input_block(const Geometry& g) { return block(g.group_inputs()); }
Number output_block(const Geometry& g) { return block(g.group_outputs()); }
Number terms(const Geometry& g) { return g.terms(); }
Number terms_tail(const Geometry& g) { return tail_of_terms(g.terms()); }
Number kernel_h(const Geometry& g) { return g.h.kernel; }
Number kernel_w(const Geometry& g) { return g.w.kernel; }
Number stride_h(const Geometry& g) { return g.h.stride; }
Number stride_w(const Geometry& g) { return g.w.stride; }
Number dilation_h(const Geometry& g) { return g.h.dilation; }
Number dilation_w(const Geometry& g) { return g.w.dilation; }
Number padding_h(const Geometry& g) { return padding(g.h); }
Number padding_w(const Geometry& g) { return padding(g.w); }
Number padding_mode(const Geometry& g) { return static_cast<Number>(g.padding_mode); }
Number bias(const Geometry& g) { return g.bias; }
Number output_h(const Geometry& g) { return g.h.output(); }
Number output_w(const Geometry& g) { return g.w.output(); }
Number input_w_block(const Geometry& g) { return block(g.w.input); }
Number output_w_block(const Geometry& g) { return block(g.w.output()); }
Number pixels(const Geometry& g) { return g.h.output() * g.w.output(); }
// clang-format on
}  // namespace measured

struct AxisClasses {
  std::string_view name;
  std::int64_t (*measured)(const Geometry&);
  std::vector<std::int64_t> least;
};

const std::vector<AxisClasses>& axes() {
  static const std::vector<AxisClasses> all{
#define CLASSES(axis, ...) {#axis, &measured::axis, {__VA_ARGS__}},
#define WORDS(...)
#define VALUES(...)
#include "verify/axes_of_coverage.inc"
#undef VALUES
#undef WORDS
#undef CLASSES
  };
  return all;
}

std::vector<std::string_view> words_of(std::string_view axis) {
  static const std::map<std::string_view, std::vector<std::string_view>> all{
#define CLASSES(...)
#define WORDS(axis, ...) {#axis, {__VA_ARGS__}},
#define VALUES(...)
#include "verify/axes_of_coverage.inc"
#undef VALUES
#undef WORDS
#undef CLASSES
  };
  const auto found = all.find(axis);
  return found == all.end() ? std::vector<std::string_view>() : found->second;
}

}  // namespace

std::size_t axis_count() {
  return axes().size();
}
std::string_view axis_name(std::size_t axis) {
  return axes()[axis].name;
}
std::size_t class_count(std::size_t axis) {
  return axes()[axis].least.size();
}

std::string class_text(std::size_t axis, std::size_t which) {
  if (const auto words = words_of(axis_name(axis)); !words.empty())
    return std::string(words[which]);
  const auto& least = axes()[axis].least;
  if (which + 1 == least.size()) return fmt::format("from {}", least[which]);
  const auto last = least[which + 1] - 1;
  return last == least[which] ? fmt::format("{}", last) : fmt::format("{}..{}", least[which], last);
}

std::size_t class_of(std::size_t axis, const Geometry& g) {
  const auto& least = axes()[axis].least;
  const auto above = std::upper_bound(least.begin(), least.end(), axes()[axis].measured(g));
  return static_cast<std::size_t>(std::max<std::ptrdiff_t>(1, above - least.begin()) - 1);
}

Coverage::Coverage() : first_{0} {
  for (std::size_t a = 0; a < axis_count(); ++a) first_.push_back(first_.back() + class_count(a));
  seen_.resize(first_.back() * first_.back());
}

std::int64_t Coverage::add(const Geometry& g) {
  std::vector<std::size_t> classes;
  for (std::size_t a = 0; a < axis_count(); ++a) classes.push_back(first_[a] + class_of(a, g));
  std::int64_t fresh = 0;
  for (const auto a : classes)
    for (const auto b : classes) {
      auto seen = seen_[a * first_.back() + b];
      fresh += a < b && !seen;
      seen = true;
    }
  return fresh;
}

bool Coverage::meets(std::size_t a, std::size_t class_a, std::size_t b, std::size_t class_b) const {
  return seen_[(first_[a] + class_a) * first_.back() + first_[b] + class_b];
}

Coverage::Count Coverage::axis(std::size_t axis) const {
  Count count{0, static_cast<std::int64_t>(class_count(axis))};
  for (std::size_t c = 0; c < class_count(axis); ++c) count.met += meets(axis, c, axis, c);
  return count;
}

Coverage::Count Coverage::pair(std::size_t a, std::size_t b) const {
  Count count{0, static_cast<std::int64_t>(class_count(a) * class_count(b))};
  for (std::size_t i = 0; i < class_count(a); ++i)
    for (std::size_t j = 0; j < class_count(b); ++j) count.met += meets(a, i, b, j);
  return count;
}

Coverage::Count Coverage::pairs() const {
  Count all;
  for (std::size_t b = 0; b < axis_count(); ++b)
    for (std::size_t a = 0; a < b; ++a) {
      const auto count = pair(a, b);
      all.met += count.met;
      all.of += count.of;
    }
  return all;
}

}  // namespace convgauge::verify
