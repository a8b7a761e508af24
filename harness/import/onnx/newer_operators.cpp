#include "import/onnx/newer_operators.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/text.hpp"
#include "import/onnx/attributes.hpp"

namespace convgauge::onnx_import {
namespace {

using onnx::NodeProto;
using onnx::TensorProto;
using onnx::TypeProto;
using Types = std::vector<TypeProto>;

constexpr std::int64_t kFree = -1;  // a dimension that is not known

struct Call {
  const NodeProto& node;
  std::span<Value* const> inputs;
  int opset;

  const Value* input(std::size_t i) const { return i < inputs.size() ? inputs[i] : nullptr; }
  int type(std::size_t i) const {
    return input(i) ? input(i)->type.tensor_type().elem_type() : int{TensorProto::UNDEFINED};
  }
  /// -1 for a dimension that is not known; empty where not even their number is.
  std::optional<Sizes> dims(std::size_t i) const {
    return input(i) ? dims_of(input(i)->type) : std::nullopt;
  }
  bool names(int i) const { return i < node.input_size() && !node.input(i).empty(); }
  const Constant* constant(std::size_t i) const {
    return input(i) && input(i)->constant ? &*input(i)->constant : nullptr;
  }
  /// Of an input; empty where it is not known or left out.
  std::optional<Sizes> numbers(std::size_t i) const {
    return constant(i) ? std::optional(whole_numbers(*constant(i))) : std::nullopt;
  }
};

TypeProto type_of(int element_type, const std::optional<Sizes>& dims) {
  TypeProto type;
  type.mutable_tensor_type()->set_elem_type(element_type);
  if (!dims) return type;
  auto* shape = type.mutable_tensor_type()->mutable_shape();
  for (const auto dim : *dims) {
    auto* added = shape->add_dim();
    if (dim != kFree) added->set_dim_value(dim);
  }
  return type;
}

/// Of the first input's element type.
Types one(const Call& call, const std::optional<Sizes>& dims) {
  return {type_of(call.type(0), dims)};
}

/// Counted from 0, where -1 is the last of `rank`.
Expected<std::size_t> axis_in(std::int64_t axis, std::size_t rank) {
  const auto n = static_cast<std::int64_t>(rank);
  if (axis < -n || axis >= n)
    return error(fmt::format("axis {}: must be from {} to {}", axis, -n, n - 1));
  return static_cast<std::size_t>(axis < 0 ? axis + n : axis);
}

/// All of `rank` where none are listed; each at most once.
Expected<std::vector<std::size_t>> axes_in(const Sizes& listed, std::size_t rank) {
  std::vector<std::size_t> axes;
  for (const auto one_axis : listed) {
    const auto axis = axis_in(one_axis, rank);
    if (!axis) return tl::unexpected(axis.error());
    if (std::find(axes.begin(), axes.end(), *axis) != axes.end())
      return error(fmt::format("axis {}: stated twice", one_axis));
    axes.push_back(*axis);
  }
  if (!listed.empty()) return axes;
  axes.resize(rank);
  std::iota(axes.begin(), axes.end(), std::size_t{0});
  return axes;
}

Expected<void> same_count(const char* what, std::size_t count, const char* other,
                          std::size_t others) {
  if (count == others) return {};
  return error(
      fmt::format("{}: {} numbers: must be {}, as many as {}", what, count, others, other));
}

Expected<Types> like_first(const Call& call) {
  return one(call, call.dims(0));
}

/// Cast and BitCast; `to` may be a type that the library does not have.
Expected<Types> cast(const Call& call) {
  return Types{type_of(static_cast<int>(integer(call.node, "to", 0)), call.dims(0))};
}

Expected<Types> quantize(const Call& call) {
  const int zero_point = call.type(2);
  const auto type = integer(call.node, "output_dtype", zero_point);
  return Types{type_of(type ? static_cast<int>(type) : int{TensorProto::UINT8}, call.dims(0))};
}

Expected<Types> dequantize(const Call& call) {
  const auto type = integer(call.node, "output_dtype", 0);
  return Types{type_of(type ? static_cast<int>(type) : call.type(1), call.dims(0))};
}

/// The axes are an input since opset 18.
Expected<Types> reduce(const Call& call) {
  auto dims = call.dims(0);
  if (!dims) return one(call, std::nullopt);
  const bool keep = integer(call.node, "keepdims", 1) != 0;
  const auto listed =
      call.names(1) ? call.numbers(1) : integers(call.node, "axes").value_or(Sizes{});
  if (!listed) {
    if (keep) std::fill(dims->begin(), dims->end(), kFree);
    return one(call, keep ? dims : std::nullopt);
  }
  if (listed->empty() && integer(call.node, "noop_with_empty_axes", 0) != 0) return one(call, dims);
  const auto axes = axes_in(*listed, dims->size());
  if (!axes) return tl::unexpected(axes.error());
  constexpr std::int64_t kGone = -2;
  for (const auto axis : *axes) (*dims)[axis] = keep ? 1 : kGone;
  dims->erase(std::remove(dims->begin(), dims->end(), kGone), dims->end());
  return one(call, dims);
}

/// Sizes as stated, or equal ones of which the last may be smaller.
Expected<Types> split(const Call& call) {
  const auto outputs = static_cast<std::size_t>(call.node.output_size());
  const auto dims = call.dims(0);
  if (!dims) return Types(outputs, type_of(call.type(0), std::nullopt));
  const auto axis = axis_in(integer(call.node, "axis", 0), dims->size());
  if (!axis) return tl::unexpected(axis.error());
  const auto whole = (*dims)[*axis];
  Sizes parts(outputs, kFree);
  if (call.names(1)) {
    const auto stated = call.numbers(1);
    if (stated)
      if (auto bad = same_count("split", stated->size(), "outputs", outputs); !bad)
        return tl::unexpected(bad.error());
    parts = stated.value_or(parts);
  } else if (whole != kFree) {
    const auto count = integer(call.node, "num_outputs", static_cast<std::int64_t>(outputs));
    if (count != static_cast<std::int64_t>(outputs) || count < 1)
      return error(fmt::format("num_outputs={}: the node has {} outputs", count, outputs));
    const auto part = whole / count + (whole % count != 0);
    for (std::size_t i = 0; i < outputs; ++i)
      parts[i] = std::clamp<std::int64_t>(whole - static_cast<std::int64_t>(i) * part, 0, part);
  }
  Types types;
  for (const auto part : parts) {
    auto of_part = *dims;
    of_part[*axis] = part;
    types.push_back(type_of(call.type(0), of_part));
  }
  return types;
}

/// A second axis was the default once.
Expected<Types> concat(const Call& call) {
  auto dims = call.dims(0);
  if (!dims) return one(call, std::nullopt);
  const auto axis = axis_in(integer(call.node, "axis", 1), dims->size());
  if (!axis) return tl::unexpected(axis.error());
  for (std::size_t i = 1; i < call.inputs.size(); ++i) {
    const auto next = call.dims(i);
    if (!next) return one(call, std::nullopt);
    if (next->size() != dims->size())
      return error(fmt::format("input {}: {} dimensions: must be {}, as in the first input", i,
                               next->size(), dims->size()));
    for (std::size_t k = 0; k < dims->size(); ++k) {
      auto& dim = (*dims)[k];
      const auto other = (*next)[k];
      if (k == *axis) {
        if (dim == kFree || other == kFree || __builtin_add_overflow(dim, other, &dim)) dim = kFree;
      } else if (dim == kFree) {
        dim = other;
      } else if (other != kFree && other != dim) {
        return error(fmt::format("input {}: {} in dimension {}: must be {}, as in the first input",
                                 i, other, k, dim));
      }
    }
  }
  return one(call, dims);
}

Expected<Types> pad(const Call& call) {
  auto dims = call.dims(0);
  if (!dims) return one(call, std::nullopt);
  const auto added = pad_sizes(call.node, call.inputs, dims->size());
  for (std::size_t k = 0; k < dims->size(); ++k) {
    auto& dim = (*dims)[k];
    if (!added || dim == kFree ||
        __builtin_add_overflow(dim, (*added)[k] + (*added)[dims->size() + k], &dim))
      dim = kFree;
    else if (dim < 0)
      return error(fmt::format("pads: a dimension of {} is left of {}: must be at least 0", dim,
                               (*call.dims(0))[k]));
  }
  return one(call, dims);
}

/// What sizes become of `dims` where their proportion is kept; halves are rounded up.
Expected<void> keep_proportion(const std::string& policy, const std::vector<std::size_t>& axes,
                               const Sizes& wanted, Sizes& dims) {
  if (policy != "not_larger" && policy != "not_smaller")
    return error(fmt::format(
        "keep_aspect_ratio_policy={}: must be stretch, not_larger or not_smaller", policy));
  std::vector<double> scales;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (dims[axes[i]] < 1) return {};  // nothing is known of it
    scales.push_back(static_cast<double>(wanted[i]) / static_cast<double>(dims[axes[i]]));
  }
  const auto scale = policy == "not_larger" ? *std::min_element(scales.begin(), scales.end())
                                            : *std::max_element(scales.begin(), scales.end());
  for (const auto axis : axes)
    dims[axis] =
        static_cast<std::int64_t>(std::floor(scale * static_cast<double>(dims[axis]) + 0.5));
  return {};
}

/// `axes` says which dimensions scales or sizes are of.
Expected<Types> resize(const Call& call) {
  auto dims = call.dims(0);
  if (!dims) return one(call, std::nullopt);
  const auto axes = axes_in(integers(call.node, "axes").value_or(Sizes{}), dims->size());
  if (!axes) return tl::unexpected(axes.error());
  const auto* scales = call.constant(2);
  if (const auto sizes = call.numbers(3); sizes && !sizes->empty()) {
    if (auto bad = same_count("sizes", sizes->size(), "axes", axes->size()); !bad)
      return tl::unexpected(bad.error());
    const auto policy = text(call.node, "keep_aspect_ratio_policy", "stretch");
    if (policy != "stretch") {
      const auto done = keep_proportion(policy, *axes, *sizes, *dims);
      if (!done) return tl::unexpected(done.error());
    } else {
      for (std::size_t i = 0; i < axes->size(); ++i) (*dims)[(*axes)[i]] = (*sizes)[i];
    }
    return one(call, dims);
  }
  const bool crops = text(call.node, "coordinate_transformation_mode", "") == "tf_crop_and_resize";
  if (!scales || scales->numbers.empty() || crops) {
    for (const auto axis : *axes) (*dims)[axis] = kFree;
    return one(call, dims);
  }
  if (auto bad = same_count("scales", scales->numbers.size(), "axes", axes->size()); !bad)
    return tl::unexpected(bad.error());
  for (std::size_t i = 0; i < axes->size(); ++i) {
    auto& dim = (*dims)[(*axes)[i]];  // in the precision that the file has, as runtimes do
    const auto scaled = static_cast<float>(dim) * static_cast<float>(scales->numbers[i]);
    if (!(scaled >= 0 && scaled < 0x1p62F) && dim != kFree)
      return error(
          fmt::format("scales: {}: must be a positive number", double(scales->numbers[i])));
    if (dim != kFree) dim = static_cast<std::int64_t>(std::floor(scaled));
  }
  return one(call, dims);
}

Expected<Types> col2im(const Call& call) {
  const auto dims = call.dims(0), image = call.numbers(1), block = call.numbers(2);
  if (!dims || dims->size() != 3 || !image) return one(call, std::nullopt);
  Sizes made{(*dims)[0], kFree};
  const auto taps = block ? count_of(*block, INT64_MAX) : std::nullopt;
  if (taps && *taps > 0 && (*dims)[1] != kFree) made[1] = (*dims)[1] / *taps;
  made.insert(made.end(), image->begin(), image->end());
  return one(call, made);
}

Expected<Types> center_crop_pad(const Call& call) {
  auto dims = call.dims(0);
  if (!dims) return one(call, std::nullopt);
  const auto axes = axes_in(integers(call.node, "axes").value_or(Sizes{}), dims->size());
  if (!axes) return tl::unexpected(axes.error());
  const auto shape = call.numbers(1);
  if (shape)
    if (auto bad = same_count("shape", shape->size(), "axes", axes->size()); !bad)
      return tl::unexpected(bad.error());
  for (std::size_t i = 0; i < axes->size(); ++i) (*dims)[(*axes)[i]] = shape ? (*shape)[i] : kFree;
  return one(call, dims);
}

/// Batch and sizes of the image, with as many coordinates as it has axes.
Expected<Types> affine_grid(const Call& call) {
  const auto size = call.numbers(1);
  if (!size || size->size() < 3) return one(call, std::nullopt);
  Sizes dims{(*size)[0]};
  dims.insert(dims.end(), size->begin() + 2, size->end());
  dims.push_back(static_cast<std::int64_t>(size->size()) - 2);
  return one(call, dims);
}

Expected<Types> grid_sample(const Call& call) {
  const auto image = call.dims(0), grid = call.dims(1);
  if (!image || !grid || image->size() < 3 || grid->size() != image->size())
    return one(call, std::nullopt);
  Sizes dims{(*image)[0], (*image)[1]};
  dims.insert(dims.end(), grid->begin() + 1, grid->end() - 1);
  return one(call, dims);
}

/// The axis is an input since opset 20; the last dimension holds real and imaginary parts.
Expected<Types> dft(const Call& call) {
  auto dims = call.dims(0);
  const auto axis_number = call.opset < 20 ? Sizes{integer(call.node, "axis", 1)}
                           : call.names(2) ? call.numbers(2)
                                           : Sizes{-2};
  if (!dims || !axis_number || axis_number->size() != 1) return one(call, std::nullopt);
  const auto axis = axis_in((*axis_number)[0], dims->size());
  if (!axis) return tl::unexpected(axis.error());
  const bool one_sided = integer(call.node, "onesided", 0) != 0;
  const bool inverse = integer(call.node, "inverse", 0) != 0;
  auto& dim = (*dims)[*axis];
  const bool stated = call.names(1);
  const auto length = stated ? call.numbers(1) : Sizes{dim};
  dim = length && length->size() == 1 ? (*length)[0] : kFree;
  if (one_sided && dim != kFree) dim = !inverse ? dim / 2 + 1 : stated ? dim : 2 * (dim - 1);
  dims->back() = one_sided && inverse ? 1 : 2;
  return one(call, dims);
}
/// Batch x frames x frequencies x 2.
Expected<Types> stft(const Call& call) {
  const auto signal = call.dims(0), step = call.numbers(1), window = call.dims(2);
  const auto length = call.names(3) ? call.numbers(3) : window;
  if (!signal || signal->size() < 2) return one(call, std::nullopt);
  Sizes dims{(*signal)[0], kFree, kFree, 2};
  if (!length || length->size() != 1 || (*length)[0] < 1) return one(call, dims);
  const auto frame = (*length)[0];
  dims[2] = integer(call.node, "onesided", 1) != 0 ? frame / 2 + 1 : frame;
  if (step && step->size() == 1 && (*step)[0] > 0 && (*signal)[1] >= frame)
    dims[1] = ((*signal)[1] - frame) / (*step)[0] + 1;
  return one(call, dims);
}

/// What the dimensions of a term of an Einsum are called: its letters; those of "...", of which
/// there are `others`, by 1000 and their place from the last.
std::vector<int> labels_of(std::string_view term, std::size_t others) {
  std::vector<int> labels;
  for (std::size_t i = 0; i < term.size(); ++i)
    if (term.substr(i, 3) == "...") {
      for (auto k = others; k-- > 0;) labels.push_back(1000 + static_cast<int>(k));
      i += 2;
    } else {
      labels.push_back(term[i]);
    }
  return labels;
}

std::size_t letters_in(std::string_view term) {
  return static_cast<std::size_t>(
      std::count_if(term.begin(), term.end(), [](char c) { return c != '.'; }));
}

/// Letters, and "..." once at most.
bool is_term(std::string_view term) {
  const auto dots = std::min(term.find("..."), term.size());
  const auto is_letter = [](char c) { return (c | 32) >= 'a' && (c | 32) <= 'z'; };
  const auto rest = term.substr(std::min(dots + 3, term.size()));
  return std::all_of(term.begin(), term.begin() + static_cast<std::ptrdiff_t>(dots), is_letter) &&
         std::all_of(rest.begin(), rest.end(), is_letter);
}

/// The output's term where the equation has none: "..." and the letters that stand there once.
std::string implied_output(std::string_view inputs) {
  std::map<char, int> uses;
  for (const char c : inputs) ++uses[c];
  std::string output = uses.contains('.') ? "..." : "";
  for (const auto& [letter, times] : uses)
    if (times == 1 && letter != '.' && letter != ',') output += letter;
  return output;
}

Expected<Types> einsum(const Call& call) {
  auto equation = shortened(text(call.node, "equation", ""));
  std::erase(equation, ' ');
  const auto arrow = equation.find("->");
  auto terms = std::string_view(equation).substr(0, arrow);
  const auto output =
      arrow == std::string::npos ? implied_output(terms) : equation.substr(arrow + 2);
  std::map<int, std::int64_t> sizes;
  std::size_t most_others = 0;
  for (std::size_t i = 0; i < call.inputs.size(); ++i) {
    const auto term = terms.substr(0, terms.find(','));
    terms.remove_prefix(std::min(term.size() + 1, terms.size()));
    const auto dims = call.dims(i);
    if (!dims) return one(call, std::nullopt);
    if (!is_term(term) || !is_term(output))
      return error(fmt::format("equation={}: a term has letters and at most one ...", equation));
    const auto letters = letters_in(term);
    const bool dots = term.find("...") != std::string_view::npos;
    if (dots ? dims->size() < letters : dims->size() != letters)
      return error(fmt::format("equation={}: input {} has {} dimensions, '{}' has {}", equation, i,
                               dims->size(), term, letters));
    most_others = std::max(most_others, dims->size() - letters);
    const auto labels = labels_of(term, dims->size() - letters);
    for (std::size_t k = 0; k < labels.size(); ++k) {
      auto& known = sizes.try_emplace(labels[k], 1).first->second;
      if (known == 1 || known == kFree) known = (*dims)[k];
    }
  }
  Sizes dims;
  for (const auto label : labels_of(output, most_others)) {
    const auto found = sizes.find(label);
    if (found == sizes.end())
      return error(fmt::format("equation={}: the output has a letter of no input", equation));
    dims.push_back(found->second);
  }
  return one(call, dims);
}

/// A dimension of `depth` at `axis` of the output.
Expected<Types> one_hot(const Call& call) {
  auto dims = call.dims(0);
  if (!dims) return Types{type_of(call.type(2), std::nullopt)};
  const auto axis = axis_in(integer(call.node, "axis", -1), dims->size() + 1);
  if (!axis) return tl::unexpected(axis.error());
  const auto depth = call.numbers(1);
  dims->insert(dims->begin() + static_cast<std::ptrdiff_t>(*axis),
               depth && depth->size() == 1 ? (*depth)[0] : kFree);
  return Types{type_of(call.type(2), dims)};
}

/// Of batch x heads x length x size, or of batch x length x (heads * size).
Expected<Types> attention(const Call& call) {
  auto query = call.dims(0);
  const auto value = call.dims(2);
  if (!query || !value || query->size() != value->size() || query->size() < 3)
    return one(call, std::nullopt);
  const auto of_value = value->back();
  query->back() = of_value;
  if (query->size() == 3) {
    const auto heads = integer(call.node, "q_num_heads", 0),
               of_pairs = integer(call.node, "kv_num_heads", 0);
    if (heads < 1 || of_pairs < 1)
      return error("q_num_heads, kv_num_heads: each must be at least 1 for inputs of 3 dimensions");
    std::int64_t all = 0;
    query->back() =
        of_value == kFree || __builtin_mul_overflow(of_value / of_pairs, heads, &all) ? kFree : all;
  }
  return one(call, query);
}

struct Row {
  int since;  // the opset from which the rule holds
  Expected<Types> (*rule)(const Call&);
};

const std::unordered_map<std::string_view, Row>& rows() {
  static const std::unordered_map<std::string_view, Row> table{
      {"AffineGrid", {20, affine_grid}},
      {"Attention", {23, attention}},
      {"BitCast", {26, cast}},
      {"BitwiseNot", {18, like_first}},
      {"Cast", {19, cast}},
      {"CausalConvWithState", {27, like_first}},
      {"CenterCropPad", {18, center_crop_pad}},
      {"Col2Im", {18, col2im}},
      {"Concat", {1, concat}},
      {"CumProd", {26, like_first}},
      {"DFT", {17, dft}},
      {"DequantizeLinear", {19, dequantize}},
      {"Einsum", {12, einsum}},
      {"Gelu", {20, like_first}},
      {"GridSample", {20, grid_sample}},
      {"GroupNormalization", {18, like_first}},
      {"LinearAttention", {27, attention}},
      {"Mish", {18, like_first}},
      {"OneHot", {9, one_hot}},
      {"Pad", {1, pad}},
      {"QuantizeLinear", {19, quantize}},
      {"RMSNormalization", {23, like_first}},
      {"ReduceL1", {18, reduce}},
      {"ReduceL2", {18, reduce}},
      {"ReduceLogSum", {18, reduce}},
      {"ReduceLogSumExp", {18, reduce}},
      {"ReduceMax", {18, reduce}},
      {"ReduceMean", {18, reduce}},
      {"ReduceMin", {18, reduce}},
      {"ReduceProd", {18, reduce}},
      {"ReduceSum", {18, reduce}},
      {"ReduceSumSquare", {18, reduce}},
      {"Resize", {18, resize}},
      {"RotaryEmbedding", {23, like_first}},
      {"STFT", {17, stft}},
      {"Split", {18, split}},
      {"SwiGLU", {28, like_first}},
      {"Swish", {24, like_first}},
      {"TensorScatter", {24, like_first}},
  };
  return table;
}

}  // namespace

Expected<std::optional<Types>> newer_types(const NodeProto& node, std::span<Value* const> inputs,
                                           int opset) {
  const auto found = rows().find(node.op_type());
  if (found == rows().end() || opset < found->second.since) return std::nullopt;
  return found->second.rule(Call{node, inputs, opset}).map([&](Types types) {
    types.resize(std::min(types.size(), static_cast<std::size_t>(node.output_size())));
    return std::optional(std::move(types));
  });
}

const char* older_name(const NodeProto& node, int opset) {
  struct Pair {
    std::string_view op;
    int since;
    const char* older;
  };
  // Pools have dilations since then, which MaxPool always had. DeformConv has a Conv's attributes.
  static constexpr Pair kPairs[] = {{"AveragePool", 19, "MaxPool"},    {"LpPool", 18, "MaxPool"},
                                    {"BitwiseAnd", 18, "Add"},         {"BitwiseOr", 18, "Add"},
                                    {"BitwiseXor", 18, "Add"},         {"DeformConv", 19, "Conv"},
                                    {"GreaterOrEqual", 12, "Greater"}, {"LessOrEqual", 12, "Less"}};
  for (const auto& pair : kPairs)
    if (pair.op == node.op_type() && opset >= pair.since) return pair.older;
  return nullptr;
}

std::optional<Sizes> pad_sizes(const NodeProto& node, std::span<Value* const> inputs,
                               std::size_t rank) {
  const Call call{node, inputs, kNewestOpset};
  const auto attribute = integers(node, "pads");
  const auto pads = call.names(1) ? call.numbers(1)
                    : attribute   ? attribute
                                  : integers(node, "paddings");  // opset 1
  const auto listed = call.names(3) ? call.numbers(3) : Sizes{};
  if (!pads || !listed) return std::nullopt;
  const auto axes = axes_in(*listed, rank);
  if (!axes || pads->size() != 2 * axes->size()) return std::nullopt;
  Sizes sizes(2 * rank, 0);
  for (std::size_t i = 0; i < axes->size(); ++i) {
    constexpr std::int64_t kFar = std::int64_t{1} << 40;
    sizes[(*axes)[i]] = std::clamp((*pads)[i], -kFar, kFar);
    sizes[rank + (*axes)[i]] = std::clamp((*pads)[axes->size() + i], -kFar, kFar);
  }
  return sizes;
}

}  // namespace convgauge::onnx_import
