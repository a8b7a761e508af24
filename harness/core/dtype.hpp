// Element types: their words, their sizes, their roundings.
#pragma once
#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "core/words.hpp"

namespace convgauge {

enum class Dtype { f32, f64, f16, bf16 };
template <>
struct Words<Dtype> {
  static constexpr std::string_view what = "dtype";
  static constexpr std::array<std::string_view, 4> words{"f32", "f64", "f16", "bf16"};
};

/// Also accepts torch's names: float32, float64, float16, bfloat16.
std::optional<Dtype> parse_dtype(std::string_view text);

constexpr std::size_t size_of(Dtype t) {
  constexpr std::size_t bytes[] = {4, 8, 2, 2};
  return bytes[static_cast<int>(t)];
}

/// Bits of the significand, the hidden one included: 24, 53, 11, 8.
constexpr int precision(Dtype t) {
  constexpr int bits[] = {24, 53, 11, 8};
  return bits[static_cast<int>(t)];
}

/// Unit roundoff 2^-precision: |round(x) - x| <= u |x| for normal x.
constexpr double unit_roundoff(Dtype t) {
  return 1.0 / static_cast<double>(std::int64_t{1} << precision(t));
}

/// Smallest positive normal number: 2^-126, 2^-1022, 2^-14, 2^-126.
double smallest_normal(Dtype t);

/// Largest finite number.
double largest(Dtype t);

/// Element `index` of an array of `t`, as a double (exact), and the nearest-even store of a double.
/// `value` may be infinite or NaN.
double load(Dtype t, const void* array, std::int64_t index);
void store(Dtype t, void* array, std::int64_t index, double value);

/// `value` rounded to `t` (nearest even) and back.
double rounded(Dtype t, double value);

}  // namespace convgauge
