#include "core/dtype.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <limits>

static_assert(std::endian::native == std::endian::little);  // load() and store() copy low bytes

namespace convgauge {
namespace {

/// The bits of `value` in a format narrower than double, rounded to nearest even; subnormals kept,
/// overflow to infinity.
std::uint64_t encode(const DtypeTraits& t, double value) {
  const int bias = largest_exponent(t.type), least = 1 - bias - t.significand_bits;
  const auto place = [&](std::uint64_t exponent) { return exponent << t.significand_bits; };
  const std::uint64_t sign = std::signbit(value) ? place(1ull << t.exponent_bits) : 0;
  const std::uint64_t infinity = place((1ull << t.exponent_bits) - 1);
  if (std::isnan(value)) return sign | infinity | (1ull << (t.significand_bits - 1));
  const double magnitude = std::fabs(value);
  if (magnitude == 0) return sign;
  const int exponent = std::max(std::ilogb(magnitude), 1 - bias);
  // In units of the last place of this binade: an integer after rounding. std::nearbyint rounds to
  // even.
  const int last_place = std::max(exponent - t.significand_bits, least);
  const double whole = std::ldexp(std::nearbyint(std::ldexp(magnitude, -last_place)), last_place);
  if (whole >= std::ldexp(1.0, bias + 1)) return sign | infinity;
  if (whole == 0) return sign;
  const int e = std::ilogb(whole);
  if (e < 1 - bias) return sign | static_cast<std::uint64_t>(std::ldexp(whole, -least));
  const auto fraction = static_cast<std::uint64_t>(std::ldexp(whole, t.significand_bits - e)) -
                        (1ull << t.significand_bits);
  return sign | place(static_cast<std::uint64_t>(e + bias)) | fraction;
}

double decode(const DtypeTraits& t, std::uint64_t bits) {
  const int bias = largest_exponent(t.type);
  const std::uint64_t exponents = (1ull << t.exponent_bits) - 1;
  const double sign = bits >> (t.exponent_bits + t.significand_bits) & 1 ? -1 : 1;
  const auto e = bits >> t.significand_bits & exponents;
  const auto fraction = static_cast<double>(bits & ((1ull << t.significand_bits) - 1));
  if (e == exponents)
    return fraction != 0 ? std::numeric_limits<double>::quiet_NaN()
                         : sign * std::numeric_limits<double>::infinity();
  const int least = 1 - bias - t.significand_bits;
  if (e == 0) return sign * std::ldexp(fraction, least);
  const double hidden = std::ldexp(1.0, t.significand_bits);
  return sign * std::ldexp(fraction + hidden, static_cast<int>(e) - 1 + least);
}

}  // namespace

double smallest_normal(Dtype t) {
  return std::ldexp(1.0, 1 - largest_exponent(t));
}

double largest(Dtype t) {
  return std::ldexp(2.0 - std::ldexp(1.0, 1 - precision(t)), largest_exponent(t));
}

double load(Dtype t, const void* array, std::int64_t index) {
  if (t == Dtype::f32) return static_cast<const float*>(array)[index];
  if (t == Dtype::f64) return static_cast<const double*>(array)[index];
  const auto bytes = size_of(t);
  std::uint64_t bits = 0;
  std::memcpy(&bits, static_cast<const std::byte*>(array) + static_cast<std::size_t>(index) * bytes,
              bytes);
  return decode(traits(t), bits);
}

void store(Dtype t, void* array, std::int64_t index, double value) {
  if (t == Dtype::f32) return void(static_cast<float*>(array)[index] = static_cast<float>(value));
  if (t == Dtype::f64) return void(static_cast<double*>(array)[index] = value);
  const auto bytes = size_of(t);
  const auto bits = encode(traits(t), value);
  std::memcpy(static_cast<std::byte*>(array) + static_cast<std::size_t>(index) * bytes, &bits,
              bytes);
}

double rounded(Dtype t, double value) {
  double cell = 0;
  store(t, &cell, 0, value);
  return load(t, &cell, 0);
}

}  // namespace convgauge
