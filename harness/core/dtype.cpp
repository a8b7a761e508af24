#include "core/dtype.hpp"

#include <bit>
#include <cmath>
#include <limits>

namespace convgauge {
namespace {

/// IEEE-like binary formats narrower than double, by exponent bits and stored significand bits.
/// Nearest even, subnormals kept, overflow to infinity.
template <int kExponent, int kSignificand>
std::uint16_t encode(double value) {
  constexpr int bias = (1 << (kExponent - 1)) - 1, least = 1 - bias - kSignificand;
  const std::uint16_t sign = std::signbit(value) ? 0x8000 : 0;
  const auto infinity = static_cast<std::uint16_t>(((1 << kExponent) - 1) << kSignificand);
  if (std::isnan(value))
    return static_cast<std::uint16_t>(sign | infinity | (1 << (kSignificand - 1)));
  const double magnitude = std::fabs(value);
  if (magnitude == 0) return sign;
  const int exponent = std::max(std::ilogb(magnitude), 1 - bias);
  // In units of the last place of this binade: an integer after rounding. std::nearbyint rounds to
  // even.
  const double units =
      std::nearbyint(std::ldexp(magnitude, -std::max(exponent - kSignificand, least)));
  const double whole = std::ldexp(units, std::max(exponent - kSignificand, least));
  if (whole >= std::ldexp(1.0, bias + 1)) return static_cast<std::uint16_t>(sign | infinity);
  if (whole == 0) return sign;
  const int e = std::ilogb(whole);
  if (e < 1 - bias)
    return static_cast<std::uint16_t>(sign | static_cast<std::uint16_t>(std::ldexp(whole, -least)));
  const auto fraction =
      static_cast<std::uint16_t>(std::ldexp(whole, kSignificand - e)) - (1 << kSignificand);
  return static_cast<std::uint16_t>(sign | ((e + bias) << kSignificand) | fraction);
}

template <int kExponent, int kSignificand>
double decode(std::uint16_t bits) {
  constexpr int bias = (1 << (kExponent - 1)) - 1;
  const double sign = bits & 0x8000 ? -1 : 1;
  const int e = (bits & 0x7fff) >> kSignificand, fraction = bits & ((1 << kSignificand) - 1);
  if (e == (1 << kExponent) - 1)
    return fraction ? std::numeric_limits<double>::quiet_NaN()
                    : sign * std::numeric_limits<double>::infinity();
  if (e == 0) return sign * std::ldexp(fraction, 1 - bias - kSignificand);
  return sign * std::ldexp(fraction + (1 << kSignificand), e - bias - kSignificand);
}

}  // namespace

std::optional<Dtype> parse_dtype(std::string_view text) {
  if (text == "float32") return Dtype::f32;
  if (text == "float64") return Dtype::f64;
  if (text == "float16") return Dtype::f16;
  if (text == "bfloat16") return Dtype::bf16;
  return parse_word<Dtype>(text);
}

double smallest_normal(Dtype t) {
  constexpr int exponent[] = {-126, -1022, -14, -126};
  return std::ldexp(1.0, exponent[static_cast<int>(t)]);
}

double largest(Dtype t) {
  switch (t) {
    case Dtype::f32:
      return std::numeric_limits<float>::max();
    case Dtype::f64:
      return std::numeric_limits<double>::max();
    case Dtype::f16:
      return 65504;
    case Dtype::bf16:
      return std::ldexp(255.0, 120);
  }
  return 0;
}

double load(Dtype t, const void* array, std::int64_t index) {
  switch (t) {
    case Dtype::f32:
      return static_cast<const float*>(array)[index];
    case Dtype::f64:
      return static_cast<const double*>(array)[index];
    case Dtype::f16:
      return decode<5, 10>(static_cast<const std::uint16_t*>(array)[index]);
    case Dtype::bf16:
      return decode<8, 7>(static_cast<const std::uint16_t*>(array)[index]);
  }
  return 0;
}

void store(Dtype t, void* array, std::int64_t index, double value) {
  switch (t) {
    case Dtype::f32:
      static_cast<float*>(array)[index] = static_cast<float>(value);
      return;
    case Dtype::f64:
      static_cast<double*>(array)[index] = value;
      return;
    case Dtype::f16:
      static_cast<std::uint16_t*>(array)[index] = encode<5, 10>(value);
      return;
    case Dtype::bf16:
      static_cast<std::uint16_t*>(array)[index] = encode<8, 7>(value);
      return;
  }
}

double rounded(Dtype t, double value) {
  double cell = 0;
  store(t, &cell, 0, value);
  return load(t, &cell, 0);
}

}  // namespace convgauge
