#include "import/onnx/convolution.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "import/onnx/attributes.hpp"

namespace convgauge::onnx_import {
namespace {

/// Greater numbers are no sizes of a convolution, and would overflow.
constexpr std::int64_t kGreatest = std::int64_t{1} << 30;

/// The attributes of a node, each with a number for height and one for width.
struct Attributes {
  Axis h, w;
  std::int64_t groups = 1;
  std::string auto_pad;
  Sizes output_padding{0, 0}, output_shape;  // of ConvTranspose; output_shape may be empty
};

/// Reads a node's lists of numbers; keeps the first one that is wrong.
class Reader {
 public:
  Reader(const onnx::NodeProto& node, std::size_t rank) : node_(node), rank_(rank) {}

  /// Two numbers, height first; of a row, `row` and the number. Each of at least `least`.
  Sizes pair(const char* name, std::int64_t row, std::int64_t otherwise, std::int64_t least) {
    auto values = integers(node_, name).value_or(Sizes(rank_, otherwise));
    check(name, values, rank_, least);
    values.resize(rank_, otherwise);
    if (rank_ == 1) values.insert(values.begin(), row);
    return values;
  }

  /// All that come before, then all that come after: top, left, bottom, right. They may be
  /// negative.
  Sizes pads() {
    auto values = integers(node_, "pads").value_or(Sizes(2 * rank_, 0));
    check("pads", values, 2 * rank_, -kGreatest);
    values.resize(2 * rank_, 0);
    if (rank_ == 1) values = {0, values[0], 0, values[1]};
    return values;
  }

  void check(const char* name, const Sizes& values, std::size_t count, std::int64_t least) {
    if (wrong_) return;
    const auto value = fmt::format("{}=[{}]", name, fmt::join(values, ", "));
    if (values.size() != count) wrong_ = Wrong{value, fmt::format("must have {} numbers", count)};
    for (const auto v : values)
      if (v < least || v > kGreatest)
        wrong_ =
            Wrong{value, fmt::format("each must be at least {} and at most {}", least, kGreatest)};
  }

  void fail(std::string value, std::string rule) {
    if (!wrong_) wrong_ = Wrong{std::move(value), std::move(rule)};
  }
  const std::optional<Wrong>& wrong() const { return wrong_; }

 private:
  const onnx::NodeProto& node_;
  std::size_t rank_;
  std::optional<Wrong> wrong_;
};

Attributes attributes_of(const onnx::NodeProto& node, const Sizes& src, const Sizes& weights,
                         Reader& reader) {
  const std::size_t rank = src.size() - 2;
  reader.check("input", src, rank + 2, 0);
  reader.check("weights", weights, rank + 2, 1);
  const Sizes from_weights(weights.begin() + 2, weights.end());
  const auto stated = integers(node, "kernel_shape");
  if (stated && *stated != from_weights)
    reader.fail(fmt::format("kernel_shape=[{}]", fmt::join(*stated, ", ")),
                fmt::format("the weights have [{}]", fmt::join(from_weights, ", ")));
  const auto strides = reader.pair("strides", 1, 1, 1),
             dilations = reader.pair("dilations", 1, 1, 1), pads = reader.pads();
  Attributes a;
  const bool row = rank == 1;
  a.h = {row ? 1 : src[2], row ? 1 : weights[2], strides[0], dilations[0], pads[0], pads[2]};
  a.w = {src.back(), weights.back(), strides[1], dilations[1], pads[1], pads[3]};
  a.groups = integer(node, "group", 1);
  if (a.groups < 1 || a.groups > kGreatest)
    reader.fail(fmt::format("group={}", a.groups), "must be at least 1");
  a.auto_pad = text(node, "auto_pad", "NOTSET");
  if (a.auto_pad != "NOTSET" && a.auto_pad != "VALID" && a.auto_pad != "SAME_UPPER" &&
      a.auto_pad != "SAME_LOWER")
    reader.fail(fmt::format("auto_pad={}", a.auto_pad),
                "must be NOTSET, VALID, SAME_UPPER or SAME_LOWER");
  if (a.auto_pad != "NOTSET") a.h.pad_before = a.h.pad_after = a.w.pad_before = a.w.pad_after = 0;
  return a;
}

bool is_same(const Attributes& a) {
  return a.auto_pad.starts_with("SAME");
}

/// An odd element goes to the end with SAME_UPPER, to the beginning with SAME_LOWER.
void distribute(Axis& axis, std::int64_t total, bool upper) {
  axis.pad_before = upper ? total / 2 : total - total / 2;
  axis.pad_after = total - axis.pad_before;
}

/// ceil(input / stride) outputs.
void pad_same(Axis& axis, bool upper) {
  const auto outputs = (axis.input + axis.stride - 1) / axis.stride;
  const auto total = (outputs - 1) * axis.stride + axis.reach() - axis.input;
  distribute(axis, std::max<std::int64_t>(0, total), upper);
}

Sizes output_of(std::int64_t batch, std::int64_t channels, bool row, std::int64_t h,
                std::int64_t w) {
  return row ? Sizes{batch, channels, w} : Sizes{batch, channels, h, w};
}

Wrong flawed(const Geometry& g, const Flaw& f) {
  return {
      fmt::format("input {}x{}x{}x{}, {}", g.batch, g.in_channels, g.h.input, g.w.input, f.field),
      f.rule};
}

std::optional<NotConv2d> negative(const Axis& h, const Axis& w) {
  if (std::min({h.pad_before, h.pad_after, w.pad_before, w.pad_after}) >= 0) return std::nullopt;
  return NotConv2d{"negative pads cut the input; Conv2d has none"};
}

/// The axis of the forward convolution whose data gradient has `wanted` elements, from `outputs`
/// gradients. Elements at the end that no gradient reaches are zero, so that the padding after may
/// be any that leads to `outputs`; it is the stated one where that does.
std::optional<Axis> gradient_axis(Axis axis, std::int64_t outputs, std::int64_t wanted) {
  axis.input = wanted;
  const auto most = axis.stride * outputs - 1 + axis.reach() - wanted - axis.pad_before;
  const auto least = most - axis.stride + 1;
  axis.pad_after = std::clamp(axis.pad_after, least, most);
  if (axis.pad_after < 0 && most >= 0) axis.pad_after = 0;
  return axis.pad_after < 0 ? std::nullopt : std::optional(axis);
}

/// Pads of a ConvTranspose whose output has a stated size.
void pad_to(Axis& axis, std::int64_t outputs, std::int64_t output_padding, std::int64_t wanted,
            bool upper) {
  const auto total = axis.stride * (outputs - 1) + output_padding + axis.reach() - wanted;
  distribute(axis, std::max<std::int64_t>(0, total), upper);
}

std::int64_t transposed_size(const Axis& axis, std::int64_t output_padding) {
  return axis.stride * (axis.input - 1) + output_padding + axis.reach() - axis.pad_before -
         axis.pad_after;
}

/// Height and width of a ConvTranspose's output; decides the pads where they follow from it.
Sizes transposed_sizes(Attributes& a, bool row) {
  Sizes wanted = a.output_shape;
  if (wanted.empty() && is_same(a)) wanted = {a.h.input * a.h.stride, a.w.input * a.w.stride};
  if (wanted.empty())
    return {transposed_size(a.h, a.output_padding[0]), transposed_size(a.w, a.output_padding[1])};
  if (row) wanted[0] = 1;
  const bool upper = a.auto_pad == "SAME_UPPER";
  pad_to(a.h, a.h.input, a.output_padding[0], wanted[0], upper);
  pad_to(a.w, a.w.input, a.output_padding[1], wanted[1], upper);
  return wanted;
}

}  // namespace

Found convolution(const onnx::NodeProto& node, const Sizes& src, const Sizes& weights,
                  const std::optional<Padding>& pad) {
  const bool row = src.size() == 3;
  Reader reader(node, src.size() - 2);
  auto a = attributes_of(node, src, weights, reader);
  if (reader.wrong()) return *reader.wrong();
  if (const auto cut = negative(a.h, a.w)) return *cut;
  if (is_same(a)) {
    pad_same(a.h, a.auto_pad == "SAME_UPPER");
    pad_same(a.w, a.auto_pad == "SAME_UPPER");
  }
  if (pad) {
    a.h.pad_before += pad->before[0], a.h.pad_after += pad->after[0];
    a.w.pad_before += pad->before[1], a.w.pad_after += pad->after[1];
  }
  if (weights[1] > kGreatest / a.groups || src[1] != weights[1] * a.groups)
    return Wrong{fmt::format("input with {} channels, group={}", src[1], a.groups),
                 fmt::format("the weights are for {} channels in each group", weights[1])};
  const Geometry g{.batch = src[0],
                   .in_channels = src[1],
                   .out_channels = weights[0],
                   .groups = a.groups,
                   .h = a.h,
                   .w = a.w,
                   .bias = node.input_size() > 2 && !node.input(2).empty(),
                   .padding_mode = pad ? pad->mode : PaddingMode::zeros};
  if (const auto bad = flaw(g)) return flawed(g, *bad);
  return Convolution{g, Direction::forward,
                     output_of(g.batch, g.out_channels, row, g.h.output(), g.w.output())};
}

Found transposed_convolution(const onnx::NodeProto& node, const Sizes& src, const Sizes& weights) {
  const bool row = src.size() == 3;
  Reader reader(node, src.size() - 2);
  auto a = attributes_of(node, src, weights, reader);
  a.output_padding = reader.pair("output_padding", 0, 0, 0);
  if (integers(node, "output_shape")) a.output_shape = reader.pair("output_shape", 1, 0, 1);
  if (reader.wrong()) return *reader.wrong();
  if (src[1] != weights[0])
    return Wrong{fmt::format("input with {} channels", src[1]),
                 fmt::format("the weights are for {}", weights[0])};
  if (weights[1] > kGreatest / a.groups)
    return Wrong{fmt::format("group={}", a.groups),
                 fmt::format("times {} output channels is more than {}", weights[1], kGreatest)};
  const auto sizes = transposed_sizes(a, row);
  if (const auto cut = negative(a.h, a.w)) return *cut;
  if (sizes[0] < 1 || sizes[1] < 1)
    return Wrong{fmt::format("output {}x{}", sizes[0], sizes[1]), "each must be at least 1"};
  const auto h = gradient_axis(a.h, a.h.input, sizes[0]),
             w = gradient_axis(a.w, a.w.input, sizes[1]);
  if (!h || !w)
    return NotConv2d{"output_padding adds more zeros than the padding of a Conv2d hides"};
  const Geometry g{.batch = src[0],
                   .in_channels = weights[1] * a.groups,
                   .out_channels = weights[0],
                   .groups = a.groups,
                   .h = *h,
                   .w = *w,
                   .bias = false};
  if (const auto bad = flaw(g)) return flawed(g, *bad);
  return Convolution{g, Direction::backward_data,
                     output_of(g.batch, g.in_channels, row, sizes[0], sizes[1])};
}

}  // namespace convgauge::onnx_import
