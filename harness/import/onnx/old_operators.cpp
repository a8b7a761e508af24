#include "import/onnx/old_operators.hpp"

#include "import/onnx/attributes.hpp"

namespace convgauge::onnx_import {
namespace {

using onnx::AttributeProto;
using onnx::TensorProto;

AttributeProto* mutable_attribute(onnx::NodeProto& node, std::string_view name) {
  for (auto& a : *node.mutable_attribute())
    if (a.name() == name) return &a;
  return nullptr;
}

/// Cast named its type: "INT64".
void mend_cast(onnx::NodeProto& node) {
  auto* to = mutable_attribute(node, "to");
  TensorProto::DataType type{};
  if (!to || !to->has_s() || !TensorProto::DataType_Parse(to->s(), &type)) return;
  to->clear_s();
  to->set_type(AttributeProto::INT);
  to->set_i(type);
}

/// Upsample stated its factors one by one.
void mend_upsample(onnx::NodeProto& node) {
  const auto *h = attribute(node, "height_scale"), *w = attribute(node, "width_scale");
  if (!h || !w) return;
  AttributeProto scales;
  scales.set_name("scales");
  scales.set_type(AttributeProto::FLOATS);
  for (const float scale : {1.0F, 1.0F, h->f(), w->f()}) scales.add_floats(scale);
  *node.add_attribute() = scales;
}

}  // namespace

Modern modernized(const onnx::NodeProto& node) {
  Modern modern{node, std::nullopt};
  if (node.op_type() == "Cast") mend_cast(modern.node);
  if (node.op_type() == "Upsample") mend_upsample(modern.node);
  if (node.op_type() == "Reshape" && node.input_size() == 1) {
    Constant shape{TensorProto::INT64, {}, {}};
    for (const auto dim : integers(node, "shape").value_or(Sizes{}))
      shape.numbers.push_back(static_cast<long double>(dim));
    shape.dims = {static_cast<std::int64_t>(shape.numbers.size())};
    modern.second_input = std::move(shape);
    modern.node.add_input("shape");
  }
  return modern;
}

}  // namespace convgauge::onnx_import
