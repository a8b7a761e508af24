#include "import/onnx/request.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <unordered_set>

namespace convgauge::onnx_import {
namespace {

using onnx::TypeProto;
using Kind = Cause::Kind;

bool is_free(const onnx::TensorShapeProto::Dimension& dim) {
  return !dim.has_dim_value() || dim.dim_value() < 1;
}

/// "1x3x?x?"
std::string shape_text(const TypeProto& type) {
  if (!type.tensor_type().has_shape()) return "a tensor of unknown rank";
  std::vector<std::string> dims;
  for (const auto& d : type.tensor_type().shape().dim())
    dims.push_back(is_free(d) ? "?" : std::to_string(d.dim_value()));
  return fmt::format("{}", fmt::join(dims, "x"));
}

/// "1x3xHxW": the user puts numbers in the place of letters.
std::string example(const TypeProto& type) {
  const auto& shape = type.tensor_type().shape();
  const std::string_view letters = shape.dim_size() == 4 ? "NCHW" : "NCLDEFGHIJK";
  std::vector<std::string> dims;
  for (int i = 0; i < shape.dim_size(); ++i) {
    const auto letter =
        letters[std::min<std::size_t>(static_cast<std::size_t>(i), letters.size() - 1)];
    dims.push_back(is_free(shape.dim(i)) ? std::string(1, letter)
                                         : std::to_string(shape.dim(i).dim_value()));
  }
  return dims.empty() ? "NxCxHxW" : fmt::format("{}", fmt::join(dims, "x"));
}

/// The inputs that are to be stated: tensors that are no initializer.
std::vector<const onnx::ValueInfoProto*> true_inputs(const onnx::GraphProto& graph) {
  std::unordered_set<std::string> weights;
  for (const auto& t : graph.initializer()) weights.insert(t.name());
  for (const auto& t : graph.sparse_initializer()) weights.insert(t.values().name());
  std::vector<const onnx::ValueInfoProto*> found;
  for (const auto& input : graph.input())
    if (!weights.count(input.name())) found.push_back(&input);
  return found;
}

class Stating {
 public:
  Stating(const onnx::GraphProto& graph, const Request& request)
      : inputs_(true_inputs(graph)), request_(request) {
    for (const auto* input : inputs_) types_.push_back(input->type());
  }

  Expected<GraphInputs> stated() {
    for (const auto& given : request_.inputs)
      if (auto bad = state(given)) return error(*bad);
    if (auto bad = state_batch()) return error(*bad);
    bind_names();
    for (std::size_t i = 0; i < inputs_.size(); ++i) add(*inputs_[i], types_[i]);
    return std::move(made_);
  }

 private:
  using Bad = std::optional<std::string>;

  Bad state(const Request::Input& given) {
    const auto option = fmt::format("--input {}={}", given.name, fmt::join(given.dims, "x"));
    const auto found = std::find_if(inputs_.begin(), inputs_.end(),
                                    [&](const auto* i) { return i->name() == given.name; });
    if (found == inputs_.end())
      return fmt::format("{}: no such input; there are {}", option, names());
    auto& type = types_[static_cast<std::size_t>(found - inputs_.begin())];
    if (!type.has_tensor_type()) return fmt::format("{}: this input is no tensor", option);
    if (!seen_.insert(given.name).second) return fmt::format("{}: stated twice", option);
    auto* tensor = type.mutable_tensor_type();
    const auto rank = static_cast<std::size_t>(tensor->shape().dim_size());
    if (tensor->has_shape() && rank == 0 && given.dims.size() == 1) {
      scalars_[given.name] = given.dims[0];
      return std::nullopt;
    }
    if (tensor->has_shape() && rank != given.dims.size())
      return fmt::format("{}: the file has {} dimensions: {}", option, rank, shape_text(type));
    if (*std::min_element(given.dims.begin(), given.dims.end()) < 1)
      return fmt::format("{}: each dimension must be at least 1", option);
    for (std::size_t k = 0; k < given.dims.size(); ++k) {
      if (!tensor->has_shape() || static_cast<std::size_t>(tensor->shape().dim_size()) <= k)
        tensor->mutable_shape()->add_dim();
      set(*tensor->mutable_shape()->mutable_dim(static_cast<int>(k)), given.dims[k]);
    }
    return std::nullopt;
  }

  void set(onnx::TensorShapeProto::Dimension& dim, std::int64_t value) {
    if (!is_free(dim) && dim.dim_value() != value) made_.contradicts = true;
    if (!dim.dim_param().empty() && dim.dim_param() != "?") {
      const auto [bound, fresh] = made_.names.emplace(dim.dim_param(), value);
      if (!fresh && bound->second != value) ambiguous_.insert(dim.dim_param());
    }
    dim.set_dim_value(value);
  }

  Bad state_batch() {
    if (!request_.batch) return std::nullopt;
    bool any = false;
    for (std::size_t i = 0; i < types_.size(); ++i) {
      auto* tensor = types_[i].has_tensor_type() ? types_[i].mutable_tensor_type() : nullptr;
      if (!tensor || tensor->shape().dim_size() == 0) continue;
      auto& first = *tensor->mutable_shape()->mutable_dim(0);
      if (!is_free(first) && tensor->shape().dim_size() != 4) continue;
      any = true;
      if (!seen_.count(inputs_[i]->name())) set(first, *request_.batch);
    }
    if (any) return std::nullopt;
    return fmt::format(
        "--batch {}: no input has a free first dimension or four dimensions; there are {}",
        *request_.batch, names());
  }

  /// A dimension of the same name elsewhere is the same number.
  void bind_names() {
    for (const auto& name : ambiguous_) made_.names.erase(name);
    for (auto& type : types_) {
      if (!type.has_tensor_type() || !type.tensor_type().has_shape()) continue;
      for (auto& dim : *type.mutable_tensor_type()->mutable_shape()->mutable_dim()) {
        const auto bound = made_.names.find(dim.dim_param());
        if (!dim.has_dim_value() && bound != made_.names.end()) dim.set_dim_value(bound->second);
      }
    }
  }

  void add(const onnx::ValueInfoProto& input, const TypeProto& type) {
    Value value{type, std::nullopt, nullptr, nullptr};
    if (type.has_tensor_type()) {
      bool free = !type.tensor_type().has_shape();
      if (!free)
        for (auto& dim : *value.type.mutable_tensor_type()->mutable_shape()->mutable_dim())
          if (is_free(dim)) free = true, dim.Clear();
      value.cause = cause_of(input.name(), value.type, free);
    }
    if (const auto scalar = scalars_.find(input.name()); scalar != scalars_.end()) {
      value.constant =
          Constant{type.tensor_type().elem_type(), {}, {static_cast<long double>(scalar->second)}};
      value.cause = nullptr;
    }
    made_.values.emplace(input.name(), std::move(value));
  }

  /// Null for what is known: all dimensions, of an input that carries data and no sizes.
  static std::shared_ptr<const Cause> cause_of(const std::string& name, const TypeProto& type,
                                               bool free) {
    if (free) {
      const auto rule = fmt::format(
          "the sizes of convolutions depend on it; set it with --input {}={}", name, example(type));
      return std::make_shared<Cause>(Cause{Kind::free_input, name, shape_text(type) + ": " + rule});
    }
    const int rank = type.tensor_type().shape().dim_size();
    if (rank > 1) return nullptr;
    const auto hint =
        rank == 0 ? fmt::format("; set it with --input {}=VALUE", name) : std::string();
    return std::make_shared<Cause>(
        Cause{Kind::input_value, name, fmt::format("the value of input '{}'{}", name, hint)});
  }

  std::string names() const {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < inputs_.size(); ++i)
      all.push_back(fmt::format("'{}' ({})", inputs_[i]->name(), shape_text(inputs_[i]->type())));
    return all.empty() ? "none" : fmt::format("{}", fmt::join(all, ", "));
  }

  std::vector<const onnx::ValueInfoProto*> inputs_;
  std::vector<TypeProto> types_;
  const Request& request_;
  std::unordered_set<std::string> seen_, ambiguous_;
  std::unordered_map<std::string, std::int64_t> scalars_;
  GraphInputs made_;
};

}  // namespace

Expected<GraphInputs> graph_inputs(const onnx::GraphProto& graph, const Request& request) {
  return Stating(graph, request).stated();
}

}  // namespace convgauge::onnx_import
