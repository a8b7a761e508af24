// The operators that exporters write shape computations with, on small constants.
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>
#include <string_view>
#include <unordered_map>

#include "import/onnx/attributes.hpp"
#include "import/onnx/constant.hpp"

namespace convgauge::onnx_import {
namespace {

using onnx::TensorProto;
using Maybe = std::optional<Constant>;
using Number = long double;

struct Call {
  const onnx::NodeProto& node;
  std::span<const Constant* const> inputs;
  int type;
  const std::optional<Sizes>& first_dims;

  const Constant* input(std::size_t i) const { return i < inputs.size() ? inputs[i] : nullptr; }
  /// Whether the node names an input there, known or not.
  bool names(int i) const { return i < node.input_size() && !node.input(i).empty(); }
};

bool is_real(int type) {
  return type == TensorProto::FLOAT || type == TensorProto::DOUBLE;
}

/// The element types that shapes are computed in.
bool is_evaluated(int type) {
  switch (type) {
    case TensorProto::FLOAT:
    case TensorProto::DOUBLE:
    case TensorProto::BOOL:
    case TensorProto::INT64:
    case TensorProto::INT32:
    case TensorProto::INT16:
    case TensorProto::INT8:
    case TensorProto::UINT8:
      return true;
    default:
      return false;
  }
}

/// As the element type holds it: integers are cut towards zero, and wrap.
Number stored(Number value, int type) {
  switch (type) {
    case TensorProto::FLOAT:
      return static_cast<float>(value);
    case TensorProto::DOUBLE:
      return static_cast<double>(value);
    case TensorProto::BOOL:
      return value != 0 ? 1 : 0;
    case TensorProto::INT32:
      return static_cast<std::int32_t>(whole(value));
    case TensorProto::INT16:
      return static_cast<std::int16_t>(whole(value));
    case TensorProto::INT8:
      return static_cast<std::int8_t>(whole(value));
    case TensorProto::UINT8:
      return static_cast<std::uint8_t>(whole(value));
    default:
      return static_cast<Number>(whole(value));
  }
}

/// A constant of these dimensions whose number at each index is value_at(index).
template <class F>
Maybe build(int type, const Sizes& dims, const F& value_at) {
  const auto count = count_of(dims, kMostNumbers);
  if (!count || dims.size() > 32) return std::nullopt;
  Constant made{type, dims, {}};
  Sizes index(dims.size(), 0);
  for (std::int64_t i = 0; i < *count; ++i) {
    made.numbers.push_back(stored(value_at(index), type));
    for (std::size_t axis = dims.size(); axis-- > 0;) {
      if (++index[axis] < dims[axis]) break;
      index[axis] = 0;
    }
  }
  return made;
}

/// The number at `index` of a constant that is broadcast to the rank of `index`.
Number at(const Constant& c, const Sizes& index) {
  std::size_t offset = 0;
  for (std::size_t axis = 0; axis < c.dims.size(); ++axis) {
    const auto i = c.dims[axis] == 1 ? 0 : index[index.size() - c.dims.size() + axis];
    offset = offset * static_cast<std::size_t>(c.dims[axis]) + static_cast<std::size_t>(i);
  }
  return c.numbers[offset];
}

std::optional<Sizes> broadcast(const Sizes& a, const Sizes& b) {
  const auto& longer = a.size() >= b.size() ? a : b;
  const auto& shorter = a.size() >= b.size() ? b : a;
  Sizes dims = longer;
  for (std::size_t i = 0; i < shorter.size(); ++i) {
    auto& dim = dims[dims.size() - shorter.size() + i];
    if (dim == 1)
      dim = shorter[i];
    else if (shorter[i] != 1 && shorter[i] != dim)
      return std::nullopt;
  }
  return dims;
}

/// Element by element over all inputs, from left to right.
template <class F>
Maybe combined(const Call& call, const F& f) {
  if (call.inputs.empty() || !call.inputs[0]) return std::nullopt;
  Constant so_far = *call.inputs[0];
  for (const auto* next : call.inputs.subspan(1)) {
    const auto dims = next ? broadcast(so_far.dims, next->dims) : std::nullopt;
    if (!dims) return std::nullopt;
    auto made =
        build(call.type, *dims, [&](const Sizes& i) { return f(at(so_far, i), at(*next, i)); });
    if (!made) return std::nullopt;
    so_far = std::move(*made);
  }
  return so_far;
}

/// Of one input, element by element.
template <class F>
Maybe mapped(const Call& call, const F& f) {
  const auto* c = call.input(0);
  if (!c) return std::nullopt;
  return build(call.type, c->dims, [&](const Sizes& i) { return f(at(*c, i)); });
}

/// Counted from 0, where -1 is the last of `rank`; empty outside.
std::optional<std::size_t> axis_of(std::int64_t axis, std::size_t rank) {
  const auto n = static_cast<std::int64_t>(rank);
  if (axis < -n || axis >= n) return std::nullopt;
  return static_cast<std::size_t>(axis < 0 ? axis + n : axis);
}

/// Of an attribute of that name, or of input `i` (later opsets); empty where that is not known.
std::optional<Sizes> listed(const Call& call, const char* name, int i) {
  if (call.names(i)) {
    const auto* c = call.input(static_cast<std::size_t>(i));
    return c ? std::optional(whole_numbers(*c)) : std::nullopt;
  }
  return integers(call.node, name).value_or(Sizes{});
}

Maybe with_dims(const Call& call, const Constant& c, Sizes dims) {
  if (count_of(dims, kMostNumbers) != static_cast<std::int64_t>(c.numbers.size()))
    return std::nullopt;
  return Constant{call.type, std::move(dims), c.numbers};
}

Maybe constant_node(const Call& call) {
  if (const auto* a = attribute(call.node, "value")) return constant_of(a->t());
  const auto many = [&](const auto& values, bool scalar) {
    const Sizes dims = scalar ? Sizes{} : Sizes{static_cast<std::int64_t>(values.size())};
    return build(call.type, dims, [&](const Sizes& i) {
      return static_cast<Number>(values[i.empty() ? 0 : static_cast<int>(i[0])]);
    });
  };
  if (const auto* a = attribute(call.node, "value_int")) return many(std::array{a->i()}, true);
  if (const auto* a = attribute(call.node, "value_float")) return many(std::array{a->f()}, true);
  if (const auto* a = attribute(call.node, "value_ints")) return many(a->ints(), false);
  if (const auto* a = attribute(call.node, "value_floats")) return many(a->floats(), false);
  return std::nullopt;
}

Maybe shape(const Call& call) {
  if (!call.first_dims) return std::nullopt;
  const auto rank = static_cast<std::int64_t>(call.first_dims->size());
  const auto within = [&](std::int64_t v) {
    return std::clamp<std::int64_t>(v < 0 ? v + rank : v, 0, rank);
  };
  const auto from = within(integer(call.node, "start", 0));
  const auto to = within(integer(call.node, "end", rank));
  return build(call.type, {std::max<std::int64_t>(to - from, 0)}, [&](const Sizes& i) {
    return static_cast<Number>((*call.first_dims)[static_cast<std::size_t>(from + i[0])]);
  });
}

Maybe size(const Call& call) {
  const auto count = call.first_dims ? count_of(*call.first_dims, INT64_MAX) : std::nullopt;
  if (!count) return std::nullopt;
  return build(call.type, {}, [&](const Sizes&) { return static_cast<Number>(*count); });
}

Maybe gather(const Call& call) {
  const auto *data = call.input(0), *indices = call.input(1);
  if (!data || !indices) return std::nullopt;
  const auto axis = axis_of(integer(call.node, "axis", 0), data->dims.size());
  if (!axis) return std::nullopt;
  const auto size_there = data->dims[*axis];
  for (const auto i : whole_numbers(*indices))
    if (i < -size_there || i >= size_there) return std::nullopt;
  const auto before = static_cast<std::ptrdiff_t>(*axis);
  Sizes dims(data->dims.begin(), data->dims.begin() + before);
  dims.insert(dims.end(), indices->dims.begin(), indices->dims.end());
  dims.insert(dims.end(), data->dims.begin() + before + 1, data->dims.end());
  return build(call.type, dims, [&](const Sizes& i) {
    const auto after = before + static_cast<std::ptrdiff_t>(indices->dims.size());
    const auto chosen = whole(at(*indices, Sizes(i.begin() + before, i.begin() + after)));
    Sizes from(i.begin(), i.begin() + before);
    from.push_back(chosen < 0 ? chosen + size_there : chosen);
    from.insert(from.end(), i.begin() + after, i.end());
    return at(*data, from);
  });
}

/// One axis of a Slice: the first index, the step, and how many.
struct Range {
  std::int64_t first = 0, step = 1, count = 0;
};
Range range_of(std::int64_t start, std::int64_t end, std::int64_t step, std::int64_t size) {
  constexpr std::int64_t kFar = std::int64_t{1} << 40;
  const auto placed = [&](std::int64_t v, std::int64_t least, std::int64_t most) {
    v = std::clamp(v, -kFar, kFar);
    return std::clamp(v < 0 ? v + size : v, least, most);
  };
  step = std::clamp(step, -kFar, kFar);
  if (step > 0) {
    const auto first = placed(start, 0, size), last = placed(end, 0, size);
    return {first, step, std::max<std::int64_t>(0, (last - first + step - 1) / step)};
  }
  const auto first = placed(start, -1, size - 1), last = placed(end, -1, size - 1);
  return {first, step, std::max<std::int64_t>(0, (first - last - step - 1) / -step)};
}

/// Of each axis of a tensor with these dimensions.
std::optional<std::vector<Range>> ranges_of(const Call& call, const Sizes& dims) {
  const auto starts = listed(call, "starts", 1), ends = listed(call, "ends", 2);
  auto axes = listed(call, "axes", 3), steps = listed(call, "steps", 4);
  if (!starts || !ends || !axes || !steps) return std::nullopt;
  if (axes->empty()) {
    axes->resize(starts->size());
    std::iota(axes->begin(), axes->end(), 0);
  }
  if (steps->empty()) steps->assign(starts->size(), 1);
  if (ends->size() != starts->size() || axes->size() != starts->size() ||
      steps->size() != starts->size())
    return std::nullopt;
  std::vector<Range> ranges;
  for (const auto dim : dims) ranges.push_back({0, 1, dim});
  for (std::size_t i = 0; i < starts->size(); ++i) {
    const auto axis = axis_of((*axes)[i], dims.size());
    if (!axis || (*steps)[i] == 0) return std::nullopt;
    ranges[*axis] = range_of((*starts)[i], (*ends)[i], (*steps)[i], dims[*axis]);
  }
  return ranges;
}

Sizes counts_of(const std::vector<Range>& ranges) {
  Sizes dims;
  for (const auto& r : ranges) dims.push_back(r.count);
  return dims;
}

Maybe slice(const Call& call) {
  const auto* data = call.input(0);
  const auto ranges = data ? ranges_of(call, data->dims) : std::nullopt;
  if (!ranges) return std::nullopt;
  return build(call.type, counts_of(*ranges), [&](const Sizes& i) {
    Sizes from;
    for (std::size_t k = 0; k < i.size(); ++k)
      from.push_back((*ranges)[k].first + i[k] * (*ranges)[k].step);
    return at(*data, from);
  });
}

Maybe concat(const Call& call) {
  if (call.inputs.empty() || !call.inputs[0]) return std::nullopt;
  const auto axis = axis_of(integer(call.node, "axis", 0), call.inputs[0]->dims.size());
  if (!axis) return std::nullopt;
  Sizes dims = call.inputs[0]->dims;
  dims[*axis] = 0;
  for (const auto* c : call.inputs) {
    if (!c || c->dims.size() != dims.size()) return std::nullopt;
    for (std::size_t k = 0; k < dims.size(); ++k)
      if (k != *axis && c->dims[k] != dims[k]) return std::nullopt;
    dims[*axis] += c->dims[*axis];
  }
  return build(call.type, dims, [&](const Sizes& i) {
    Sizes from = i;
    for (const auto* c : call.inputs) {
      if (from[*axis] < c->dims[*axis]) return at(*c, from);
      from[*axis] -= c->dims[*axis];
    }
    return Number{0};
  });
}

Maybe unsqueeze(const Call& call) {
  const auto* data = call.input(0);
  const auto axes = listed(call, "axes", 1);
  if (!data || !axes) return std::nullopt;
  const auto rank = data->dims.size() + axes->size();
  std::vector<bool> added(rank, false);
  for (const auto a : *axes) {
    const auto axis = axis_of(a, rank);
    if (!axis || added[*axis]) return std::nullopt;
    added[*axis] = true;
  }
  Sizes dims;
  auto next = data->dims.begin();
  for (const bool one : added) dims.push_back(one ? 1 : *next++);
  return with_dims(call, *data, dims);
}

Maybe squeeze(const Call& call) {
  const auto* data = call.input(0);
  const auto axes = listed(call, "axes", 1);
  if (!data || !axes) return std::nullopt;
  std::vector<bool> removed(data->dims.size(), false);
  for (const auto a : *axes) {
    const auto axis = axis_of(a, data->dims.size());
    if (!axis || data->dims[*axis] != 1) return std::nullopt;
    removed[*axis] = true;
  }
  Sizes dims;
  for (std::size_t k = 0; k < removed.size(); ++k)
    if (axes->empty() ? data->dims[k] != 1 : !removed[k]) dims.push_back(data->dims[k]);
  return with_dims(call, *data, dims);
}

Maybe reshape(const Call& call) {
  const auto* data = call.input(0);
  auto dims = listed(call, "shape", 1);
  if (!data || !dims) return std::nullopt;
  const auto count = static_cast<std::int64_t>(data->numbers.size());
  std::int64_t* open = nullptr;
  for (std::size_t k = 0; k < dims->size(); ++k) {
    auto& dim = (*dims)[k];
    if (dim == 0 && integer(call.node, "allowzero", 0) == 0) {
      if (k >= data->dims.size()) return std::nullopt;
      dim = data->dims[k];
    }
    if (dim == -1 && open) return std::nullopt;
    if (dim == -1) open = &dim;
  }
  if (open) {
    *open = 1;
    const auto others = count_of(*dims, kMostNumbers);
    if (!others || *others == 0) return std::nullopt;
    *open = count / *others;
  }
  return with_dims(call, *data, *dims);
}

Maybe transpose(const Call& call) {
  const auto* data = call.input(0);
  if (!data) return std::nullopt;
  const auto rank = data->dims.size();
  Sizes order = integers(call.node, "perm").value_or(Sizes{});
  if (order.empty())
    for (std::size_t k = rank; k-- > 0;) order.push_back(static_cast<std::int64_t>(k));
  Sizes dims, sorted = order;
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t k = 0; k < rank; ++k)
    if (sorted.size() != rank || sorted[k] != static_cast<std::int64_t>(k)) return std::nullopt;
  for (const auto axis : order) dims.push_back(data->dims[static_cast<std::size_t>(axis)]);
  return build(call.type, dims, [&](const Sizes& i) {
    Sizes from(rank);
    for (std::size_t k = 0; k < rank; ++k) from[static_cast<std::size_t>(order[k])] = i[k];
    return at(*data, from);
  });
}

Maybe constant_of_shape(const Call& call) {
  const auto* dims = call.input(0);
  if (!dims) return std::nullopt;
  const auto* a = attribute(call.node, "value");
  const auto value = a ? constant_of(a->t()) : Constant{TensorProto::FLOAT, {1}, {0}};
  if (!value || value->numbers.size() != 1) return std::nullopt;
  return build(call.type, whole_numbers(*dims), [&](const Sizes&) { return value->numbers[0]; });
}

Maybe expand(const Call& call) {
  const auto *data = call.input(0), *wanted = call.input(1);
  const auto dims = data && wanted ? broadcast(data->dims, whole_numbers(*wanted)) : std::nullopt;
  if (!dims) return std::nullopt;
  return build(call.type, *dims, [&](const Sizes& i) { return at(*data, i); });
}

Maybe range(const Call& call) {
  const auto *start = call.input(0), *limit = call.input(1), *delta = call.input(2);
  for (const auto* c : {start, limit, delta})
    if (!c || c->numbers.size() != 1) return std::nullopt;
  const auto first = start->numbers[0], step = delta->numbers[0];
  if (step == 0) return std::nullopt;
  const auto count =
      std::max<std::int64_t>(0, whole(std::ceil((limit->numbers[0] - first) / step)));
  return build(call.type, {count},
               [&](const Sizes& i) { return first + step * static_cast<Number>(i[0]); });
}

Maybe where(const Call& call) {
  const auto *condition = call.input(0), *yes = call.input(1), *no = call.input(2);
  if (!condition || !yes || !no) return std::nullopt;
  const auto dims = broadcast(yes->dims, no->dims);
  const auto all = dims ? broadcast(*dims, condition->dims) : std::nullopt;
  if (!all) return std::nullopt;
  return build(call.type, *all,
               [&](const Sizes& i) { return at(*condition, i) != 0 ? at(*yes, i) : at(*no, i); });
}

/// Over the given axes; over all where none are given.
template <class F>
Maybe reduced(const Call& call, const F& f) {
  const auto* data = call.input(0);
  const auto axes = listed(call, "axes", 1);
  if (!data || !axes || data->numbers.empty()) return std::nullopt;
  if (axes->empty() && integer(call.node, "noop_with_empty_axes", 0) != 0) return *data;
  std::vector<bool> over(data->dims.size(), axes->empty());
  for (const auto a : *axes) {
    const auto axis = axis_of(a, data->dims.size());
    if (!axis) return std::nullopt;
    over[*axis] = true;
  }
  Sizes kept, within;
  for (std::size_t k = 0; k < over.size(); ++k) {
    kept.push_back(over[k] ? 1 : data->dims[k]);
    within.push_back(over[k] ? data->dims[k] : 1);
  }
  const auto value_at = [&](const Sizes& i) {
    std::optional<Number> so_far;
    build(TensorProto::DOUBLE, within, [&](const Sizes& j) {
      Sizes from = i;
      for (std::size_t k = 0; k < from.size(); ++k) from[k] += j[k];
      so_far = so_far ? f(*so_far, at(*data, from)) : at(*data, from);
      return Number{0};
    });
    return *so_far;
  };
  auto made = build(call.type, kept, value_at);
  if (!made || integer(call.node, "keepdims", 1) != 0) return made;
  made->dims.clear();
  for (std::size_t k = 0; k < over.size(); ++k)
    if (!over[k]) made->dims.push_back(data->dims[k]);
  return made;
}

Maybe divide(const Call& call) {
  const auto* by = call.input(1);
  if (!by || (!is_real(call.type) && std::count(by->numbers.begin(), by->numbers.end(), 0)))
    return std::nullopt;
  return combined(call, [](Number a, Number b) { return a / b; });  // stored() cuts integers
}

Maybe modulo(const Call& call) {
  const auto* by = call.input(1);
  if (!by || std::count(by->numbers.begin(), by->numbers.end(), 0)) return std::nullopt;
  const bool sign_of_first = integer(call.node, "fmod", 0) != 0;
  return combined(call, [=](Number a, Number b) {
    const auto rest = std::fmod(a, b);
    return sign_of_first || rest == 0 || (rest < 0) == (b < 0) ? rest : rest + b;
  });
}

Maybe identity(const Call& call) {
  return mapped(call, [](Number a) { return a; });
}

template <class F>
auto binary(F f) {
  return
      [f](const Call& call) { return call.inputs.size() == 2 ? combined(call, f) : std::nullopt; };
}
template <class F>
auto variadic(F f) {
  return [f](const Call& call) { return combined(call, f); };
}
template <class F>
auto unary(F f) {
  return [f](const Call& call) { return mapped(call, f); };
}
template <class F>
auto reduction(F f) {
  return [f](const Call& call) { return reduced(call, f); };
}

constexpr auto smaller = [](Number a, Number b) { return std::min(a, b); };
constexpr auto larger = [](Number a, Number b) { return std::max(a, b); };
constexpr auto sum = [](Number a, Number b) { return a + b; };
constexpr auto product = [](Number a, Number b) { return a * b; };

using Operator = std::function<Maybe(const Call&)>;
const std::unordered_map<std::string_view, Operator>& operators() {
  static const std::unordered_map<std::string_view, Operator> table{
      {"Constant", constant_node},
      {"Shape", shape},
      {"Size", size},
      {"Gather", gather},
      {"Slice", slice},
      {"Concat", concat},
      {"Unsqueeze", unsqueeze},
      {"Squeeze", squeeze},
      {"Reshape", reshape},
      {"Transpose", transpose},
      {"ConstantOfShape", constant_of_shape},
      {"Expand", expand},
      {"Range", range},
      {"Where", where},
      {"Div", divide},
      {"Mod", modulo},
      {"Identity", identity},
      {"Cast", identity},
      {"Add", binary(sum)},
      {"Mul", binary(product)},
      {"Sub", binary([](Number a, Number b) { return a - b; })},
      {"Pow", binary([](Number a, Number b) { return std::pow(a, b); })},
      {"Min", variadic(smaller)},
      {"Max", variadic(larger)},
      {"Equal", binary([](Number a, Number b) { return Number(a == b); })},
      {"Less", binary([](Number a, Number b) { return Number(a < b); })},
      {"Greater", binary([](Number a, Number b) { return Number(a > b); })},
      {"LessOrEqual", binary([](Number a, Number b) { return Number(a <= b); })},
      {"GreaterOrEqual", binary([](Number a, Number b) { return Number(a >= b); })},
      {"And", binary([](Number a, Number b) { return Number(a != 0 && b != 0); })},
      {"Or", binary([](Number a, Number b) { return Number(a != 0 || b != 0); })},
      {"Not", unary([](Number a) { return Number(a == 0); })},
      {"Neg", unary([](Number a) { return -a; })},
      {"Abs", unary([](Number a) { return std::fabs(a); })},
      {"Floor", unary([](Number a) { return std::floor(a); })},
      {"Ceil", unary([](Number a) { return std::ceil(a); })},
      {"Round", unary([](Number a) { return std::nearbyint(a); })},
      {"Sqrt", unary([](Number a) { return std::sqrt(a); })},
      {"ReduceProd", reduction(product)},
      {"ReduceSum", reduction(sum)},
      {"ReduceMin", reduction(smaller)},
      {"ReduceMax", reduction(larger)},
  };
  return table;
}

}  // namespace

Maybe evaluate(const onnx::NodeProto& node, std::span<const Constant* const> inputs, int type,
               const std::optional<Sizes>& first_dims) {
  const auto found = operators().find(node.op_type());
  if (found == operators().end() || !is_evaluated(type)) return std::nullopt;
  auto made = found->second(Call{node, inputs, type, first_dims});
  if (made) made->type = type;
  return made;
}

std::optional<Sizes> sliced(const onnx::NodeProto& node, std::span<const Constant* const> inputs,
                            const Sizes& dims) {
  const std::optional<Sizes> first_dims = dims;
  const auto ranges = ranges_of(Call{node, inputs, TensorProto::INT64, first_dims}, dims);
  return ranges ? std::optional(counts_of(*ranges)) : std::nullopt;
}

}  // namespace convgauge::onnx_import
