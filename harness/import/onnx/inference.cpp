#include "import/onnx/inference.hpp"

#include <onnx/defs/schema.h>
#include <onnx/defs/shape_inference.h>

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <utility>

#include "import/onnx/attributes.hpp"
#include "import/onnx/newer_operators.hpp"
#include "import/onnx/old_operators.hpp"

namespace convgauge::onnx_import {
namespace {

using onnx::OpSchemaRegistry;

/// Shapes of more dimensions than this are no network's. The library adds as many as a shape tensor
/// has elements.
constexpr std::int64_t kMostDims = 64;

class Context final : public onnx::InferenceContext {
 public:
  Context(const onnx::NodeProto& node, std::span<Value* const> inputs,
          std::vector<onnx::TypeProto>& outputs)
      : node_(node), inputs_(inputs), outputs_(outputs) {}

  const onnx::AttributeProto* getAttribute(const std::string& name) const override {
    for (const auto& a : node_.attribute())
      if (a.name() == name) return &a;
    return nullptr;
  }
  std::size_t getNumInputs() const override { return inputs_.size(); }
  std::size_t getNumOutputs() const override { return outputs_.size(); }

  const onnx::TypeProto* getInputType(std::size_t i) const override {
    const auto* value = inputs_[checked(i, inputs_.size())];
    if (!value || value->type.value_case() == onnx::TypeProto::VALUE_NOT_SET) return nullptr;
    return &value->type;
  }
  onnx::TypeProto* getOutputType(std::size_t i) override {
    return &outputs_[checked(i, outputs_.size())];
  }
  const onnx::TensorProto* getInputData(std::size_t i) const override {
    auto* value = inputs_[checked(i, inputs_.size())];
    if (!value || !value->constant) return nullptr;
    if (!value->tensor)
      value->tensor = std::make_shared<onnx::TensorProto>(tensor_of(*value->constant));
    return value->tensor.get();
  }
  onnx::GraphInferencer* getGraphAttributeInferencer(const std::string&) override {
    return nullptr;
  }
  const onnx::SparseTensorProto* getInputSparseData(std::size_t) const override { return nullptr; }
  const onnx::TensorShapeProto* getSymbolicInput(std::size_t) const override { return nullptr; }

 private:
  static std::size_t checked(std::size_t i, std::size_t count) {
    if (i >= count) throw std::out_of_range("it has too few inputs or outputs");
    return i;
  }
  const onnx::NodeProto& node_;
  std::span<Value* const> inputs_;
  std::vector<onnx::TypeProto>& outputs_;
};

/// Whether the input that states the output's dimensions is longer than any shape.
bool has_long_shape(const std::string& op, std::span<Value* const> inputs) {
  if (op != "ConstantOfShape" && op != "Reshape" && op != "Expand" && op != "Tile") return false;
  const std::size_t shape = op == "ConstantOfShape" ? 0 : 1;
  if (shape >= inputs.size() || !inputs[shape]) return false;
  const auto dims = dims_of(inputs[shape]->type);
  return dims && dims->size() == 1 && (*dims)[0] > kMostDims;
}

int library_opset() {
  return OpSchemaRegistry::DomainToVersionRange::Instance().Map().at(onnx::ONNX_DOMAIN).second;
}

/// The rule of the node's version, or of the library's newest; where that has none, the one of the
/// next version that has.
const onnx::OpSchema* schema_of(const onnx::NodeProto& node, const std::string& domain, int opset) {
  const int newest = domain.empty() ? library_opset() : opset;
  for (int version = std::min(opset, newest); version <= newest; ++version) {
    const auto* schema = OpSchemaRegistry::Schema(node.op_type(), version, domain);
    if (!schema) return nullptr;
    if (schema->has_type_and_shape_inference_function()) return schema;
  }
  return nullptr;
}

void infer_by(const onnx::OpSchema& schema, const onnx::NodeProto& node,
              std::span<Value* const> inputs, Inferred& result) {
  if (has_long_shape(node.op_type(), inputs)) {
    result.failure = "a shape of more than 64 dimensions";
    return;
  }
  try {
    Context context(node, inputs, result.outputs);
    schema.GetTypeAndShapeInferenceFunction()(context);
  } catch (const std::exception& e) {
    result.failure = e.what();
    std::replace(result.failure.begin(), result.failure.end(), '\n', ' ');
    for (auto& output : result.outputs)
      if (output.has_tensor_type()) output.mutable_tensor_type()->clear_shape();
  }
}

/// PyTorch and onnxruntime leave out, at any opset, the last window of a pool with ceil_mode that
/// would start behind input and padding before it; the operator reference says so since opset 22.
void leave_out_empty_windows(const onnx::NodeProto& pool, std::span<Value* const> inputs,
                             Inferred& result) {
  const auto dims = inputs.empty() || !inputs[0] ? std::nullopt : known_dims(inputs[0]->type);
  if (!pool.op_type().ends_with("Pool") || integer(pool, "ceil_mode", 0) == 0 || !dims ||
      text(pool, "auto_pad", "NOTSET") != "NOTSET")
    return;
  const auto pads = integers(pool, "pads").value_or(Sizes{}),
             strides = integers(pool, "strides").value_or(Sizes{});
  for (auto& output : result.outputs) {
    auto* shape = output.mutable_tensor_type()->mutable_shape();
    for (int axis = 2; axis < shape->dim_size() && axis < static_cast<int>(dims->size()); ++axis) {
      const auto k = static_cast<std::size_t>(axis - 2);
      const auto stride = k < strides.size() ? strides[k] : 1;
      const auto before = k < pads.size() ? pads[k] : 0;
      const auto out = shape->dim(axis).dim_value();
      if (out > 1 && (out - 1) * stride >= (*dims)[static_cast<std::size_t>(axis)] + before)
        shape->mutable_dim(axis)->set_dim_value(out - 1);
    }
  }
}

/// Operators without a rule in the library whose output is like their input.
bool keeps_type(const onnx::NodeProto& node) {
  const auto& op = node.op_type();
  if (domain_of(node.domain()).empty()) return op == "MeanVarianceNormalization";
  return node.domain() == "com.microsoft" &&
         (op == "Gelu" || op == "FastGelu" || op == "QuickGelu");
}

/// Whether there was a rule of our own.
bool infer_newer(const onnx::NodeProto& node, std::span<Value* const> inputs, int opset,
                 Inferred& result) {
  auto types = newer_types(node, inputs, opset);
  if (!types) result.failure = types.error().message;
  if (types && !*types) return false;
  result.known = true;
  if (types) std::move((*types)->begin(), (*types)->end(), result.outputs.begin());
  return true;
}

}  // namespace

std::string domain_of(const std::string& name) {
  return name == "ai.onnx" ? "" : name;
}

Inferred infer(const onnx::NodeProto& node, std::span<Value* const> inputs, const Opsets& opsets) {
  Inferred result;
  result.outputs.resize(static_cast<std::size_t>(node.output_size()));
  if (keeps_type(node) && !inputs.empty() && inputs[0] && !result.outputs.empty()) {
    result.outputs[0] = inputs[0]->type;
    return result;
  }
  const auto domain = domain_of(node.domain());
  const auto opset = opsets.find(domain);
  if (opset == opsets.end()) return result;
  if (domain.empty() && infer_newer(node, inputs, opset->second, result)) return result;
  auto modern = modernized(node);
  if (const auto* older = domain.empty() ? older_name(node, opset->second) : nullptr)
    modern.node.set_op_type(older);
  const auto* schema = schema_of(modern.node, domain, opset->second);
  if (!schema) return result;
  result.known = true;
  std::vector<Value*> all(inputs.begin(), inputs.end());
  Value second;
  if (modern.second_input) {
    second.type = tensor_type(modern.second_input->type, modern.second_input->dims);
    second.constant = std::move(modern.second_input);
    all.push_back(&second);
  }
  infer_by(*schema, modern.node, all, result);
  if (domain.empty() && result.failure.empty()) leave_out_empty_windows(modern.node, all, result);
  return result;
}

int newest_opset() {
  return std::max(kNewestOpset, library_opset());
}

}  // namespace convgauge::onnx_import
