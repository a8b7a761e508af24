#include "import/onnx/constant.hpp"

#include <cmath>
#include <cstring>
#include <limits>

namespace convgauge::onnx_import {
namespace {

using onnx::TensorProto;

/// The numbers of a tensor whose elements lie in `raw` as T, else in `listed`.
template <class T, class Listed>
std::optional<std::vector<long double>> numbers_of(const std::string& raw, const Listed& listed,
                                                   std::size_t count) {
  std::vector<long double> numbers;
  if (raw.empty()) {
    for (const auto value : listed)
      numbers.push_back(static_cast<long double>(static_cast<T>(value)));
  } else {
    for (std::size_t at = 0; at + sizeof(T) <= raw.size(); at += sizeof(T)) {
      T value;
      std::memcpy(&value, raw.data() + at, sizeof(T));
      numbers.push_back(static_cast<long double>(value));
    }
    if (numbers.size() * sizeof(T) != raw.size()) return std::nullopt;
  }
  if (numbers.size() != count) return std::nullopt;
  return numbers;
}

std::optional<std::vector<long double>> numbers_of(const TensorProto& t, std::size_t count) {
  const auto& raw = t.raw_data();
  switch (t.data_type()) {
    case TensorProto::FLOAT:
      return numbers_of<float>(raw, t.float_data(), count);
    case TensorProto::DOUBLE:
      return numbers_of<double>(raw, t.double_data(), count);
    case TensorProto::INT64:
      return numbers_of<std::int64_t>(raw, t.int64_data(), count);
    case TensorProto::INT32:
      return numbers_of<std::int32_t>(raw, t.int32_data(), count);
    case TensorProto::INT16:
      return numbers_of<std::int16_t>(raw, t.int32_data(), count);
    case TensorProto::INT8:
      return numbers_of<std::int8_t>(raw, t.int32_data(), count);
    case TensorProto::UINT8:
      return numbers_of<std::uint8_t>(raw, t.int32_data(), count);
    case TensorProto::BOOL:
      return numbers_of<std::uint8_t>(raw, t.int32_data(), count);
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<std::int64_t> count_of(const Sizes& dims, std::int64_t most) {
  std::int64_t count = 1;
  bool none = false;
  for (const auto dim : dims) {
    if (dim < 0) return std::nullopt;
    none = none || dim == 0;
    if (dim == 0) continue;
    if (__builtin_mul_overflow(count, dim, &count) || count > most) return std::nullopt;
  }
  return none ? 0 : count;
}

std::optional<Constant> constant_of(const TensorProto& tensor, std::int64_t most_reals) {
  if (tensor.data_location() == TensorProto::EXTERNAL) return std::nullopt;
  Constant constant{tensor.data_type(), Sizes(tensor.dims().begin(), tensor.dims().end()), {}};
  const bool real = constant.type == TensorProto::FLOAT || constant.type == TensorProto::DOUBLE;
  const auto count = count_of(constant.dims, real ? most_reals : kMostNumbers);
  if (!count) return std::nullopt;
  auto numbers = numbers_of(tensor, static_cast<std::size_t>(*count));
  if (!numbers) return std::nullopt;
  constant.numbers = std::move(*numbers);
  return constant;
}

TensorProto tensor_of(const Constant& constant) {
  TensorProto tensor;
  tensor.set_data_type(constant.type);
  for (const auto dim : constant.dims) tensor.add_dims(dim);
  for (const auto number : constant.numbers) {
    if (constant.type == TensorProto::FLOAT)
      tensor.add_float_data(static_cast<float>(number));
    else if (constant.type == TensorProto::DOUBLE)
      tensor.add_double_data(static_cast<double>(number));
    else if (constant.type == TensorProto::INT64)
      tensor.add_int64_data(whole(number));
    else
      tensor.add_int32_data(static_cast<std::int32_t>(whole(number)));
  }
  return tensor;
}

std::int64_t whole(long double number) {
  constexpr auto kLimits = std::numeric_limits<std::int64_t>();
  if (std::isnan(number)) return 0;
  if (number >= static_cast<long double>(kLimits.max())) return kLimits.max();
  if (number <= static_cast<long double>(kLimits.min())) return kLimits.min();
  return static_cast<std::int64_t>(number);
}

Sizes whole_numbers(const Constant& constant) {
  Sizes sizes;
  for (const auto number : constant.numbers) sizes.push_back(whole(number));
  return sizes;
}

}  // namespace convgauge::onnx_import
