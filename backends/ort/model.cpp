#include "model.hpp"

#include <convgauge/sdk.hpp>
#include <cstdint>
#include <string_view>
#include <vector>

namespace convgauge::backends::ort {
namespace {

using Sizes = std::vector<std::int64_t>;

// The numbers of the fields are those of onnx.proto; TensorProto.DataType and AttributeProto.Type
// too.
constexpr int kFloat = 1, kInt64 = 7;
constexpr int kTypeInt = 2, kTypeString = 3, kTypeInts = 7;
// The first IR that holds opset 19, and the first opset whose Pad knows "wrap".
constexpr int kIrVersion = 9, kOpset = 19;

/// A message of protobuf, field by field.
class Message {
 public:
  Message& number(std::uint32_t field, std::int64_t value) {
    varint(field << 3);
    varint(static_cast<std::uint64_t>(value));
    return *this;
  }
  Message& bytes(std::uint32_t field, std::string_view text) {
    varint(field << 3 | 2);
    varint(text.size());
    text_.append(text);
    return *this;
  }
  Message& message(std::uint32_t field, const Message& m) { return bytes(field, m.text_); }
  const std::string& text() const { return text_; }

 private:
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) text_ += static_cast<char>(value | 0x80);
    text_ += static_cast<char>(value);
  }
  std::string text_;
};

Message ints(std::string_view name, const Sizes& values) {
  Message made;
  made.bytes(1, name);
  for (const auto value : values) made.number(8, value);
  return made.number(20, kTypeInts);
}
Message integer(std::string_view name, std::int64_t value) {
  return Message().bytes(1, name).number(3, value).number(20, kTypeInt);
}
Message word(std::string_view name, std::string_view value) {
  return Message().bytes(1, name).bytes(4, value).number(20, kTypeString);
}

Message node(std::string_view kind, const std::vector<std::string_view>& inputs,
             std::string_view output, const std::vector<Message>& attributes) {
  Message made;
  for (const auto input : inputs) made.bytes(1, input);
  made.bytes(2, output).bytes(4, kind);
  for (const auto& attribute : attributes) made.message(5, attribute);
  return made;
}

Message tensor(std::string_view name, int type, const Sizes& shape, const void* data,
               std::size_t bytes) {
  Message made;
  for (const auto size : shape) made.number(1, size);
  return made.number(2, type).bytes(8, name).bytes(9, {static_cast<const char*>(data), bytes});
}

/// An input or output of the graph, f32.
Message value(std::string_view name, const Sizes& shape) {
  Message dimensions;
  for (const auto size : shape) dimensions.message(1, Message().number(1, size));
  const auto type = Message().message(1, Message().number(1, kFloat).message(2, dimensions));
  return Message().bytes(1, name).message(2, type);
}

Message conv(const cvg_spec& s, bool padded, std::string_view input, std::string_view output) {
  std::vector<std::string_view> inputs{input, "w"};
  if (s.bias) inputs.push_back("b");
  const auto pads = padded ? Sizes{0, 0, 0, 0}
                           : Sizes{s.h.pad_before, s.w.pad_before, s.h.pad_after, s.w.pad_after};
  return node(
      "Conv", inputs, output,
      {ints("kernel_shape", {s.h.kernel, s.w.kernel}), ints("strides", {s.h.stride, s.w.stride}),
       ints("dilations", {s.h.dilation, s.w.dilation}), integer("group", s.groups),
       ints("pads", pads)});
}

Sizes image(const cvg_spec& s, std::int64_t channels, std::int64_t height, std::int64_t width) {
  if (s.layout == CVG_LAYOUT_NHWC) return {s.batch, height, width, channels};
  return {s.batch, channels, height, width};
}

}  // namespace

std::string model_of(const cvg_spec& s, const void* weights, const void* bias) {
  static constexpr const char* kModes[] = {"constant", "reflect", "edge", "wrap"};
  const bool padded = s.padding_mode != CVG_PADDING_ZEROS, nhwc = s.layout == CVG_LAYOUT_NHWC;
  Message graph;
  std::string_view at = "x";  // the newest value
  if (nhwc) graph.message(1, node("Transpose", {at}, "planes", {ints("perm", {0, 3, 1, 2})}));
  if (nhwc) at = "planes";
  if (padded)
    graph.message(1, node("Pad", {at, "pads"}, "padded", {word("mode", kModes[s.padding_mode])}));
  if (padded) at = "padded";
  graph.message(1, conv(s, padded, at, nhwc ? "result" : "y"));
  if (nhwc) graph.message(1, node("Transpose", {"result"}, "y", {ints("perm", {0, 2, 3, 1})}));
  graph.bytes(2, "convolution");
  graph.message(
      5, tensor("w", kFloat, {s.out_channels, s.in_channels / s.groups, s.h.kernel, s.w.kernel},
                weights, cvg::weights_bytes(s)));
  if (s.bias) graph.message(5, tensor("b", kFloat, {s.out_channels}, bias, cvg::bias_bytes(s)));
  const std::int64_t pads[8] = {0, 0, s.h.pad_before, s.w.pad_before,
                                0, 0, s.h.pad_after,  s.w.pad_after};
  if (padded) graph.message(5, tensor("pads", kInt64, {8}, pads, sizeof pads));
  graph.message(11, value("x", image(s, s.in_channels, s.h.input, s.w.input)));
  graph.message(12, value("y", image(s, s.out_channels, cvg::output(s.h), cvg::output(s.w))));
  const auto opset = Message().bytes(1, "").number(2, kOpset);
  return Message().number(1, kIrVersion).message(7, graph).message(8, opset).text();
}

}  // namespace convgauge::backends::ort
