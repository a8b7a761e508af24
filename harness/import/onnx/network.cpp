#include "import/onnx/network.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <deque>
#include <map>
#include <unordered_set>

#include "core/text.hpp"
#include "import/onnx/attributes.hpp"
#include "import/onnx/convolution.hpp"
#include "import/onnx/inference.hpp"
#include "import/onnx/newer_operators.hpp"

namespace convgauge::onnx_import {
namespace {

using onnx::AttributeProto;
using onnx::FunctionProto;
using onnx::GraphProto;
using onnx::NodeProto;
using onnx::TensorProto;
using onnx::TypeProto;
using Kind = Cause::Kind;

constexpr std::int64_t kMostNodes = 1'000'000;  // once functions are written out
constexpr int kDeepestCall = 64;
constexpr std::size_t kMostErrors = 20;
constexpr const char* kNobody = "no node before it writes it, and it is no input and no weight";

using Nodes = google::protobuf::RepeatedPtrField<NodeProto>;

/// Who writes and who reads the values of one graph.
struct Uses {
  std::unordered_map<std::string, const NodeProto*> pads;  // by what they write
  std::unordered_map<std::string, int> readers;

  void count(const Nodes& nodes) {
    for (const auto& node : nodes) {
      for (const auto& input : node.input()) ++readers[input];
      if (node.op_type() == "Pad" && node.output_size() == 1) pads[node.output(0)] = &node;
      for (const auto& a : node.attribute())
        if (a.has_g()) count_graph(a.g());
    }
  }
  void count_graph(const GraphProto& graph) {
    count(graph.node());
    for (const auto& output : graph.output()) ++readers[output.name()];
  }
};

/// Where the walk is: what holds for all nodes of one graph or function.
struct Frame {
  const Opsets& opsets;
  const Uses& uses;
  std::unordered_map<std::string, const TypeProto*> stored;  // types that the file states
  std::string prefix;                                        // of the names of nodes
  std::string skipped_because;  // empty where the nodes are known to run
  int depth = 0;
};

std::optional<Dtype> dtype_of(int element_type) {
  switch (element_type) {
    case TensorProto::FLOAT:
      return Dtype::f32;
    case TensorProto::DOUBLE:
      return Dtype::f64;
    case TensorProto::FLOAT16:
      return Dtype::f16;
    case TensorProto::BFLOAT16:
      return Dtype::bf16;
    default:
      return std::nullopt;
  }
}

std::string dims_text(const std::optional<Sizes>& dims) {
  if (!dims) return "unknown";
  std::vector<std::string> texts;
  for (const auto dim : *dims) texts.push_back(dim < 0 ? "?" : std::to_string(dim));
  return fmt::format("{}", fmt::join(texts, "x"));
}

int element_type(const TypeProto& type) {
  return type.tensor_type().elem_type();
}

/// "INT8"; "unknown".
std::string type_text(int element_type) {
  if (element_type == TensorProto::UNDEFINED || !TensorProto::DataType_IsValid(element_type))
    return "unknown";
  return TensorProto::DataType_Name(static_cast<TensorProto::DataType>(element_type));
}

bool is_onnx(const NodeProto& node) {
  return domain_of(node.domain()).empty();
}

/// Conv, ConvTranspose, and a Conv that onnxruntime has merged with the activation behind it.
bool is_convolution(const NodeProto& node) {
  if (is_onnx(node)) return node.op_type() == "Conv" || node.op_type() == "ConvTranspose";
  return node.domain() == "com.microsoft" && node.op_type() == "FusedConv";
}

/// Other operators that convolve; empty: it is none.
std::string why_skipped(const NodeProto& node) {
  const auto& op = node.op_type();
  if (op == "QLinearConv" || op == "ConvInteger" || op == "QLinearConvTranspose")
    return "its elements are integers, which convgauge does not have";
  if (op == "DeformConv") return "it reads where another tensor says, which Conv2d does not";
  if (op.find("Conv") == std::string::npos || op.find("Convert") != std::string::npos) return {};
  return fmt::format("an operator of the domain '{}', which is not read", node.domain());
}

/// The string of a field that only newer versions of onnx.proto have.
std::string newer_text(const google::protobuf::Message& message, int field) {
  const auto* reflection = message.GetReflection();
  if (const auto* known = message.GetDescriptor()->FindFieldByNumber(field))
    return reflection->GetString(message, known);
  const auto& others = reflection->GetUnknownFields(message);
  for (int i = 0; i < others.field_count(); ++i)
    if (others.field(i).number() == field &&
        others.field(i).type() == google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED)
      return others.field(i).length_delimited();
  return {};
}

/// Functions of one name can differ by their overload.
std::string key_of(const FunctionProto& function) {
  constexpr int kOverload = 13;
  return fmt::format("{}:{}:{}", domain_of(function.domain()), function.name(),
                     newer_text(function, kOverload));
}
std::string key_of_called(const NodeProto& node) {
  constexpr int kOverload = 8;
  return fmt::format("{}:{}:{}", domain_of(node.domain()), node.op_type(),
                     newer_text(node, kOverload));
}

/// Writes the attributes of a call into the nodes of the function that is called.
void fill_in(Nodes& nodes, const NodeProto& call) {
  for (auto& node : nodes) {
    auto& attributes = *node.mutable_attribute();
    for (int i = attributes.size(); i-- > 0;) {
      if (attributes[i].has_g()) fill_in(*attributes[i].mutable_g()->mutable_node(), call);
      if (attributes[i].ref_attr_name().empty()) continue;
      const auto name = attributes[i].name();
      const auto* given = attribute(call, attributes[i].ref_attr_name());
      if (given) {
        attributes[i] = *given;
        attributes[i].set_name(name);
      } else {
        attributes.DeleteSubrange(i, 1);
      }
    }
  }
}

struct Given;

class Reader {
 public:
  Reader(const onnx::ModelProto& model, const Watch& watch) : model_(model), watch_(watch) {
    for (const auto& f : model.functions()) functions_[key_of(f)] = &f;
  }

  Expected<Network> read(const Request& request);

 private:
  Expected<Opsets> opsets_of(
      const google::protobuf::RepeatedPtrField<onnx::OperatorSetIdProto>&) const;
  void run_graph(const GraphProto& graph, Scope& scope, const Frame& frame);
  void run_nodes(const Nodes& nodes, Scope& scope, const Frame& frame);
  void run_node(const NodeProto& node, Scope& scope, const Frame& frame);
  Given given_to(const NodeProto& node, Scope& scope, const Frame& frame) const;
  void run_any(const NodeProto& node, Scope& scope, const Frame& frame);
  void run_call(const NodeProto& node, const FunctionProto& f, Scope& scope, const Frame& frame);
  void run_if(const NodeProto& node, Scope& scope, const Frame& frame);
  void run_branch(const NodeProto& node, const char* branch, Scope& scope, const Frame& frame);
  void run_body(const NodeProto& node, const GraphProto& body, Scope& scope, const Frame& frame);
  void run_subgraphs(const NodeProto& node, Scope& scope, const Frame& frame);
  void run_convolution(const NodeProto& node, Scope& scope, const Frame& frame);
  void add_layer(const NodeProto& node, const Value& src, const Sizes& src_dims,
                 const Sizes& weights_dims, Scope& scope, const Frame& frame);
  std::optional<Padding> pad_before(const NodeProto& node, std::size_t rank, Sizes& src_dims,
                                    Scope& scope, const Frame& frame);
  void run_wrong(const NodeProto& node, const std::string& text, Scope& scope, const Frame& frame);
  void unresolved(const NodeProto& node, const Value& value);

  void set(const NodeProto& node, int output, Value value, Scope& scope, const Frame& frame);
  void complete(const std::string& name, Value& value, const Frame& frame);
  void skip(const std::string& what, const std::string& why);
  void wrong(std::string line);
  std::string name_of(const NodeProto& node, const Frame& frame) const;
  std::string place(const NodeProto& node, const Frame& frame) const {
    return fmt::format("{} '{}'", shortened(node.op_type()), shortened(name_of(node, frame)));
  }
  std::string unique(const std::string& name);

  const onnx::ModelProto& model_;
  const Watch& watch_;
  std::unordered_map<std::string, const FunctionProto*> functions_;
  std::deque<FunctionProto> called_;  // copies whose attributes are filled in
  GraphInputs inputs_;
  std::unordered_set<std::string> names_;
  std::vector<std::string> errors_;
  std::map<std::pair<std::string, std::string>, std::size_t> skipped_;  // places in found_.skipped
  std::int64_t nodes_ = 0;
  Network found_;
};

std::string Reader::name_of(const NodeProto& node, const Frame& frame) const {
  if (!node.name().empty()) return frame.prefix + node.name();
  for (const auto& output : node.output())
    if (!output.empty()) return frame.prefix + output;
  return frame.prefix + node.op_type();
}

std::string Reader::unique(const std::string& name) {
  std::string tried = name;
  for (int i = 2; !names_.insert(tried).second; ++i) tried = fmt::format("{}#{}", name, i);
  return tried;
}

void Reader::skip(const std::string& what, const std::string& why) {
  const auto [at, fresh] = skipped_.emplace(std::pair(what, why), found_.skipped.size());
  if (fresh) found_.skipped.push_back({what, why, 0});
  ++found_.skipped[at->second].count;
}

void Reader::wrong(std::string line) {
  std::replace_if(
      line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  if (errors_.size() < kMostErrors &&
      std::find(errors_.begin(), errors_.end(), line) == errors_.end())
    errors_.push_back(line);
}

Expected<Opsets> Reader::opsets_of(
    const google::protobuf::RepeatedPtrField<onnx::OperatorSetIdProto>& imports) const {
  Opsets opsets;
  for (const auto& import : imports) {
    const auto domain = domain_of(import.domain());
    const auto version = import.version();
    if (domain.empty() && (version < 1 || version > newest_opset()))
      return error(fmt::format("opset_import: {}: this program knows opsets 1 to {}", version,
                               newest_opset()));
    opsets[domain] = static_cast<int>(std::clamp<std::int64_t>(version, 0, 1'000'000));
  }
  return opsets;
}

/// What the file says of a value fills what no rule of the library gives.
void Reader::complete(const std::string& name, Value& value, const Frame& frame) {
  const auto found = frame.stored.find(name);
  if (found == frame.stored.end() || !found->second->has_tensor_type()) return;
  const auto& stored = found->second->tensor_type();
  if (value.type.value_case() == TypeProto::VALUE_NOT_SET) value.type.mutable_tensor_type();
  if (!value.type.has_tensor_type()) return;
  auto& type = *value.type.mutable_tensor_type();
  if (type.elem_type() == TensorProto::UNDEFINED) type.set_elem_type(stored.elem_type());
  if (inputs_.contradicts || !stored.has_shape()) return;
  const bool has_rank = type.has_shape();
  if (has_rank && type.shape().dim_size() != stored.shape().dim_size()) return;
  for (int i = 0; i < stored.shape().dim_size(); ++i) {
    auto& dim = has_rank ? *type.mutable_shape()->mutable_dim(i) : *type.mutable_shape()->add_dim();
    const auto& known = stored.shape().dim(i);
    const auto named = inputs_.names.find(known.dim_param());
    if (dim.has_dim_value()) continue;
    if (known.has_dim_value() && known.dim_value() > 0) dim.set_dim_value(known.dim_value());
    if (!known.has_dim_value() && named != inputs_.names.end()) dim.set_dim_value(named->second);
  }
}

void Reader::set(const NodeProto& node, int output, Value value, Scope& scope, const Frame& frame) {
  if (output >= node.output_size() || node.output(output).empty()) return;
  complete(node.output(output), value, frame);
  scope.values[node.output(output)] = std::move(value);
}

Expected<Network> Reader::read(const Request& request) {
  auto inputs = graph_inputs(model_.graph(), request);
  if (!inputs) return tl::unexpected(inputs.error());
  inputs_ = std::move(*inputs);
  auto opsets = opsets_of(model_.opset_import());
  if (!opsets) return tl::unexpected(opsets.error());
  if (opsets->empty() && model_.ir_version() < 3) opsets->emplace("", 1);  // before there were any
  if (!opsets->count(""))
    return error("opset_import: none: a model states the opset of ONNX's own operators");
  found_.opset = opsets->at("");
  Scope scope;
  scope.values = inputs_.values;
  Uses uses;
  uses.count_graph(model_.graph());
  run_graph(model_.graph(), scope, Frame{*opsets, uses, {}, {}, {}, 0});
  if (!errors_.empty()) return error(fmt::format("{}", fmt::join(errors_, "\n")));
  return std::move(found_);
}

void Reader::run_graph(const GraphProto& graph, Scope& scope, const Frame& outer) {
  Frame frame = outer;
  for (const auto* list : {&graph.value_info(), &graph.output()})
    for (const auto& info : *list) frame.stored[info.name()] = &info.type();
  for (const auto& tensor : graph.initializer())
    scope.values[tensor.name()] =
        Value{tensor_type(tensor.data_type(), Sizes(tensor.dims().begin(), tensor.dims().end())),
              constant_of(tensor), nullptr, nullptr};
  for (const auto& sparse : graph.sparse_initializer())
    scope.values[sparse.values().name()] = Value{
        tensor_type(sparse.values().data_type(), Sizes(sparse.dims().begin(), sparse.dims().end())),
        std::nullopt, nullptr, nullptr};
  run_nodes(graph.node(), scope, frame);
}

void Reader::run_nodes(const Nodes& nodes, Scope& scope, const Frame& frame) {
  for (const auto& node : nodes) {
    if (++nodes_ > kMostNodes)
      return wrong(fmt::format("{}: more than {} nodes once functions are written out: too many",
                               place(node, frame), kMostNodes));
    if (watch_) watch_(place(node, frame));
    run_node(node, scope, frame);
  }
}

void Reader::run_node(const NodeProto& node, Scope& scope, const Frame& frame) {
  const auto function = functions_.find(key_of_called(node));
  if (function != functions_.end()) return run_call(node, *function->second, scope, frame);
  if (is_onnx(node) && node.op_type() == "If") return run_if(node, scope, frame);
  const auto& attributes = node.attribute();
  if (std::any_of(attributes.begin(), attributes.end(), [](const auto& a) { return a.has_g(); }))
    return run_subgraphs(node, scope, frame);
  if (is_convolution(node)) return run_convolution(node, scope, frame);
  if (const auto why = why_skipped(node); !why.empty())
    skip(node.op_type(), frame.skipped_because.empty() ? why : frame.skipped_because);
  run_any(node, scope, frame);
}

/// A Reshape whose sizes are written for another batch would be believed by all that follow.
std::string contradiction(const NodeProto& node, const Inferred& inferred,
                          const std::vector<Value*>& inputs) {
  for (const auto& type : inferred.outputs)
    for (const auto& dim : type.tensor_type().shape().dim())
      if (dim.dim_value() < 0)
        return fmt::format(
            "output with a dimension of {}: none is negative; is the input too small?",
            dim.dim_value());
  if (node.op_type() != "Reshape" || inputs.empty() || !inputs[0] || inferred.outputs.empty())
    return {};
  const auto from = known_dims(inputs[0]->type), to = known_dims(inferred.outputs[0]);
  if (!from || !to || count_of(*from, INT64_MAX) == count_of(*to, INT64_MAX)) return {};
  return fmt::format("{} to {}: not as many elements; are sizes written into the file?",
                     dims_text(from), dims_text(to));
}

/// The inputs of a node as they are known; null for one that is left out, or that nobody writes.
struct Given {
  std::vector<Value*> values;
  std::vector<const Constant*> constants;
  std::shared_ptr<const Cause> cause;  // the first one
};

Given Reader::given_to(const NodeProto& node, Scope& scope, const Frame& frame) const {
  Given given;
  for (const auto& name : node.input()) {
    auto* value = name.empty() ? nullptr : scope.find(name);
    given.values.push_back(value);
    given.constants.push_back(value && value->constant ? &*value->constant : nullptr);
    if (given.cause || name.empty()) continue;
    given.cause =
        value ? value->cause
              : std::make_shared<Cause>(Cause{Kind::broken, place(node, frame),
                                              fmt::format("input '{}': {}", name, kNobody)});
  }
  return given;
}

/// Of an output whose dimensions no rule gives.
std::string why_unknown(const NodeProto& node, const Inferred& inferred) {
  if (inferred.known)
    return fmt::format("its size is decided by {}, when the network runs", node.op_type());
  return fmt::format("its size is not known behind {}, for which there is no rule", node.op_type());
}

/// By the library's rule, and by more that is known here.
Inferred inferred_of(const NodeProto& node, const Given& given, const Opsets& opsets) {
  auto inferred = infer(node, given.values, opsets);
  if (inferred.failure.empty()) inferred.failure = contradiction(node, inferred, given.values);
  if (!inferred.failure.empty()) {
    for (auto& type : inferred.outputs)
      if (type.has_tensor_type()) type.mutable_tensor_type()->clear_shape();
    return inferred;
  }
  if (!is_onnx(node) || node.op_type() != "Slice" || given.values.empty() || !given.values[0] ||
      inferred.outputs.empty() || known_dims(inferred.outputs[0]))
    return inferred;
  const auto dims = known_dims(given.values[0]->type);
  if (const auto found = dims ? sliced(node, given.constants, *dims) : std::nullopt)
    inferred.outputs[0] = tensor_type(element_type(given.values[0]->type), *found);
  return inferred;
}

void Reader::run_any(const NodeProto& node, Scope& scope, const Frame& frame) {
  const auto given = given_to(node, scope, frame);
  const auto inferred = inferred_of(node, given, frame.opsets);
  const auto* first = given.values.empty() ? nullptr : given.values[0];
  std::optional<Constant> constant;
  if (is_onnx(node) && node.output_size() > 0 && inferred.failure.empty())
    constant = evaluate(node, given.constants, element_type(inferred.outputs[0]),
                        first ? known_dims(first->type) : std::nullopt);
  auto cause = given.cause;
  if (!cause && !inferred.failure.empty())
    cause = std::make_shared<Cause>(Cause{Kind::broken, place(node, frame), inferred.failure});
  for (int i = 0; i < node.output_size(); ++i) {
    Value value{inferred.outputs[static_cast<std::size_t>(i)], std::nullopt, cause, nullptr};
    if (i == 0 && constant)
      value = {tensor_type(constant->type, constant->dims), constant, nullptr, nullptr};
    else if (!cause && !known_dims(value.type))
      value.cause = std::make_shared<Cause>(
          Cause{Kind::unknowable, place(node, frame), why_unknown(node, inferred)});
    set(node, i, std::move(value), scope, frame);
  }
}

void Reader::run_call(const NodeProto& node, const FunctionProto& function, Scope& scope,
                      const Frame& frame) {
  if (frame.depth >= kDeepestCall)
    return wrong(fmt::format("{}: function '{}': functions call each other more than {} deep",
                             place(node, frame), function.name(), kDeepestCall));
  auto opsets = opsets_of(function.opset_import());
  if (!opsets)
    return wrong(fmt::format("function '{}': {}", function.name(), opsets.error().message));
  if (opsets->empty()) *opsets = frame.opsets;
  auto& body = called_.emplace_back(function);
  fill_in(*body.mutable_node(), node);
  Scope inner;
  for (int i = 0; i < body.input_size() && i < node.input_size(); ++i)
    if (const auto* value = scope.find(node.input(i))) inner.values[body.input(i)] = *value;
  Uses uses;
  uses.count(body.node());
  for (const auto& output : body.output()) ++uses.readers[output];
  const Frame within{*opsets,        uses, {}, name_of(node, frame) + "/", frame.skipped_because,
                     frame.depth + 1};
  run_nodes(body.node(), inner, within);
  for (int i = 0; i < body.output_size(); ++i)
    if (const auto* value = inner.find(body.output(i))) set(node, i, *value, scope, frame);
}

void Reader::run_branch(const NodeProto& node, const char* branch, Scope& scope,
                        const Frame& frame) {
  const auto* a = attribute(node, branch);
  if (!a || !a->has_g())
    return wrong(fmt::format("{}: {}: an If has two branches", place(node, frame), branch));
  Scope inner{&scope, {}};
  Frame within = frame;
  within.stored.clear();
  run_graph(a->g(), inner, within);
  for (int i = 0; i < a->g().output_size(); ++i)
    if (const auto* value = inner.find(a->g().output(i).name())) set(node, i, *value, scope, frame);
}

void Reader::run_if(const NodeProto& node, Scope& scope, const Frame& frame) {
  auto* condition = node.input_size() > 0 ? scope.find(node.input(0)) : nullptr;
  if (condition && condition->constant && condition->constant->numbers.size() == 1) {
    const bool yes = condition->constant->numbers[0] != 0;
    return run_branch(node, yes ? "then_branch" : "else_branch", scope, frame);
  }
  const auto cause = condition ? condition->cause : nullptr;
  Frame within = frame;
  if (within.skipped_because.empty())
    within.skipped_because = "in a branch of If; which one runs is decided by " +
                             (cause && cause->kind == Kind::input_value ? cause->text : "the data");
  run_branch(node, "then_branch", scope, within);
  std::vector<std::optional<Value>> first;
  for (const auto& output : node.output()) {
    const auto found = scope.values.find(output);
    first.push_back(found == scope.values.end() ? std::nullopt : std::optional(found->second));
  }
  run_branch(node, "else_branch", scope, within);
  for (int i = 0; i < node.output_size(); ++i) {
    auto* value = scope.find(node.output(i));
    const auto& other = first[static_cast<std::size_t>(i)];
    if (!value || !other) continue;
    value->constant.reset();
    value->tensor.reset();
    if (known_dims(value->type) && known_dims(value->type) == known_dims(other->type)) continue;
    const auto unknown =
        std::make_shared<Cause>(Cause{Kind::unknowable, place(node, frame),
                                      "its size is decided by an If, when the network runs"});
    TypeProto type;
    type.mutable_tensor_type()->set_elem_type(element_type(value->type));
    set(node, i, Value{type, std::nullopt, cause ? cause : unknown, nullptr}, scope, frame);
  }
}

/// The body of a Loop keeps the sizes of what it carries from one time to the next, or they are not
/// known.
void Reader::run_body(const NodeProto& node, const GraphProto& body, Scope& scope,
                      const Frame& frame) {
  Scope inner{&scope, {}};
  const bool loop = is_onnx(node) && node.op_type() == "Loop";
  const auto unknown = std::make_shared<Cause>(
      Cause{Kind::unknowable, place(node, frame),
            fmt::format("its size is decided by {}, when the network runs", node.op_type())});
  for (int i = 0; i < body.input_size(); ++i) {
    const auto* given =
        loop && i >= 2 && i < node.input_size() ? scope.find(node.input(i)) : nullptr;
    inner.values[body.input(i).name()] =
        Value{given ? given->type : body.input(i).type(), std::nullopt, unknown, nullptr};
  }
  run_graph(body, inner, frame);
  if (!loop) return;
  for (int i = 2; i < node.input_size() && i - 1 < body.output_size(); ++i) {
    const auto *before = scope.find(node.input(i)), *after = inner.find(body.output(i - 1).name());
    if (before && after && known_dims(before->type) &&
        known_dims(before->type) == known_dims(after->type))
      set(node, i - 2, Value{before->type, std::nullopt, nullptr, nullptr}, scope, frame);
  }
}

void Reader::run_subgraphs(const NodeProto& node, Scope& scope, const Frame& frame) {
  const auto unknown = std::make_shared<Cause>(
      Cause{Kind::unknowable, place(node, frame),
            fmt::format("its size is decided by {}, when the network runs", node.op_type())});
  for (int i = 0; i < node.output_size(); ++i)
    set(node, i, Value{{}, std::nullopt, unknown, nullptr}, scope, frame);
  Frame within = frame;
  within.stored.clear();
  if (within.skipped_because.empty())
    within.skipped_because =
        fmt::format("in the body of {}; how often it runs is decided by the data", node.op_type());
  for (const auto& a : node.attribute())
    if (a.has_g()) run_body(node, a.g(), scope, within);
}

/// Reports why a dimension of `value`, which a convolution reads, is not known.
void Reader::unresolved(const NodeProto& node, const Value& value) {
  const auto* cause = value.cause.get();
  if (cause && cause->kind == Kind::free_input)
    return wrong(fmt::format("input '{}': {}", cause->name, cause->text));
  if (cause && cause->kind == Kind::broken)
    return wrong(fmt::format("{}: {}", cause->name, cause->text));
  if (cause && cause->kind == Kind::input_value)
    return skip(node.op_type(), "its size is decided by " + cause->text);
  skip(node.op_type(), cause ? cause->text : "its size is not known before the network runs");
}

/// Of a Pad node, where it is the same in a Conv2d: no negative pads, none of batch and channels.
std::optional<Padding> padding_of(const std::string& mode, bool zero, const Sizes& pads,
                                  const Sizes& dims) {
  const auto rank = dims.size();
  if (pads.size() != 2 * rank || *std::min_element(pads.begin(), pads.end()) < 0 || pads[0] ||
      pads[1] || pads[rank] || pads[rank + 1] ||
      *std::max_element(pads.begin(), pads.end()) > INT32_MAX)
    return std::nullopt;
  Padding padding;
  if (mode == "reflect")
    padding.mode = PaddingMode::reflect;
  else if (mode == "edge")
    padding.mode = PaddingMode::replicate;
  else if (mode == "wrap")
    padding.mode = PaddingMode::circular;
  else if (mode != "constant" || !zero)
    return std::nullopt;
  for (std::size_t axis = 2; axis < rank; ++axis) {
    const auto to = rank == 3 ? 1 : axis - 2;
    padding.before[to] = pads[axis];
    padding.after[to] = pads[rank + axis];
  }
  return padding;
}

bool has_pads(const NodeProto& conv) {
  const auto pads = integers(conv, "pads").value_or(Sizes{});
  return text(conv, "auto_pad", "NOTSET").starts_with("SAME") ||
         std::any_of(pads.begin(), pads.end(), [](auto p) { return p != 0; });
}

std::optional<Padding> Reader::pad_before(const NodeProto& node, std::size_t rank, Sizes& src_dims,
                                          Scope& scope, const Frame& frame) {
  const auto found = frame.uses.pads.find(node.input(0));
  const auto readers = frame.uses.readers.find(node.input(0));
  if (found == frame.uses.pads.end() || readers == frame.uses.readers.end() || readers->second != 1)
    return std::nullopt;
  const auto& pad = *found->second;
  const auto* data = pad.input_size() > 0 ? scope.find(pad.input(0)) : nullptr;
  const auto dims = data ? known_dims(data->type) : std::nullopt;
  if (!is_onnx(pad) || !dims || dims->size() != rank) return std::nullopt;
  const bool has_fill = pad.input_size() > 2 && !pad.input(2).empty();
  const auto* fill_value = has_fill ? scope.find(pad.input(2)) : nullptr;
  const auto* fill = fill_value && fill_value->constant ? &*fill_value->constant : nullptr;
  const auto* fill_attribute = attribute(pad, "value");
  const bool zero = has_fill ? fill && fill->numbers == std::vector<long double>{0}
                             : !fill_attribute || fill_attribute->f() == 0;
  const auto pads = pad_sizes(pad, given_to(pad, scope, frame).values, rank);
  const auto made = padding_of(text(pad, "mode", "constant"), zero, pads.value_or(Sizes{}), *dims);
  if (made && (made->mode == PaddingMode::zeros || !has_pads(node))) return src_dims = *dims, made;
  return std::nullopt;
}

/// A convolution that breaks a rule; those behind it have no sizes for the same reason.
void Reader::run_wrong(const NodeProto& node, const std::string& text, Scope& scope,
                       const Frame& frame) {
  wrong(fmt::format("{}: {}", place(node, frame), text));
  const auto cause = std::make_shared<Cause>(Cause{Kind::broken, place(node, frame), text});
  set(node, 0, Value{{}, std::nullopt, cause, nullptr}, scope, frame);
}

void Reader::add_layer(const NodeProto& node, const Value& src, const Sizes& src_dims,
                       const Sizes& weights_dims, Scope& scope, const Frame& frame) {
  const bool transposed = node.op_type() == "ConvTranspose";
  const auto dtype = dtype_of(element_type(src.type));
  if (!dtype) {
    skip(node.op_type(), fmt::format("its element type is {}; convgauge has f32, f16, bf16 and f64",
                                     type_text(element_type(src.type))));
    return run_any(node, scope, frame);
  }
  Sizes dims = src_dims;
  auto pad = transposed ? std::nullopt : pad_before(node, src_dims.size(), dims, scope, frame);
  auto found = transposed ? transposed_convolution(node, src_dims, weights_dims)
                          : convolution(node, dims, weights_dims, pad);
  if (pad && std::holds_alternative<Wrong>(found))
    found = convolution(node, src_dims, weights_dims, {});
  if (const auto* bad = std::get_if<Wrong>(&found))
    return run_wrong(node, shortened(bad->value) + ": " + bad->rule, scope, frame);
  if (const auto* other = std::get_if<NotConv2d>(&found)) {
    skip(node.op_type(), other->why);
    return run_any(node, scope, frame);
  }
  const auto& made = std::get<Convolution>(found);
  found_.layers.push_back({unique(name_of(node, frame)), made.geometry, made.direction, *dtype});
  set(node, 0,
      Value{tensor_type(element_type(src.type), made.output), std::nullopt, src.cause, nullptr},
      scope, frame);
}

void Reader::run_convolution(const NodeProto& node, Scope& scope, const Frame& frame) {
  const auto* src = node.input_size() > 0 ? scope.find(node.input(0)) : nullptr;
  const auto* weights = node.input_size() > 1 ? scope.find(node.input(1)) : nullptr;
  if (!frame.skipped_because.empty()) {
    skip(node.op_type(), frame.skipped_because);
    return run_any(node, scope, frame);
  }
  if (!src || !weights) {
    const int missing = src ? 1 : 0;
    const auto name = missing < node.input_size() ? node.input(missing) : std::string();
    return wrong(
        fmt::format("{}: {} '{}': no node before it writes it, and it is no input and no weight",
                    place(node, frame), missing ? "weights" : "input", name));
  }
  const auto src_dims = dims_of(src->type), weights_dims = dims_of(weights->type);
  const auto rank = weights_dims ? weights_dims->size() : src_dims ? src_dims->size() : 0;
  if (rank > 4) {
    skip(fmt::format("{}{}d", node.op_type(), rank - 2), "Conv2d has two spatial dimensions");
    return run_any(node, scope, frame);
  }
  for (const auto* value : {src, weights})
    if (!known_dims(value->type)) {
      unresolved(node, *value);
      return run_any(node, scope, frame);
    }
  if (rank < 3 || src_dims->size() != rank)
    return run_wrong(node,
                     fmt::format("input {}, weights {}: both must have 3 or 4 dimensions",
                                 dims_text(src_dims), dims_text(weights_dims)),
                     scope, frame);
  // Copies: writing the output may move what the scope holds.
  add_layer(node, Value(*src), *src_dims, *weights_dims, scope, frame);
}

}  // namespace

Expected<Network> read_network(const onnx::ModelProto& model, const Request& request,
                               const Watch& watch) {
  return Reader(model, watch).read(request);
}

}  // namespace convgauge::onnx_import
