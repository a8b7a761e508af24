#include "core/convert.hpp"

#include <bit>
#include <cmath>

namespace convgauge {
namespace {

struct Half {
  std::uint16_t bits;
};
struct Brain {
  std::uint16_t bits;
};

double widen(float x) {
  return x;
}
double widen(double x) {
  return x;
}
double widen(Brain x) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(x.bits) << 16);
}
/// Multiplying by 2^112 corrects for the difference of the exponent biases (127 - 15). It is exact,
/// and makes the subnormal numbers of f16 normal ones.
double widen(Half x) {
  const auto magnitude = static_cast<std::uint32_t>(x.bits & 0x7fff);
  const auto sign = static_cast<std::uint32_t>(x.bits & 0x8000) << 16;
  const auto finite =
      std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude << 13) * 0x1p112f);
  const auto special = 0x7f800000u | (magnitude << 13);
  return std::bit_cast<float>(sign | (magnitude >= 0x7c00 ? special : finite));
}

void narrow(double value, float& out) {
  out = static_cast<float>(value);
}
void narrow(double value, double& out) {
  out = value;
}

/// Rounds to nearest even by adding and subtracting a power of two whose last place in double is
/// that of the result: the addition does the rounding. `digits`: bits of the significand, with the
/// hidden one. `least`: exponent of the smallest subnormal number. `most`: exponent of the largest
/// number; beyond it the result is infinity.
double round_to(double magnitude, int digits, int least, int most) {
  const auto exponent = static_cast<int>(std::bit_cast<std::uint64_t>(magnitude) >> 52) - 1023;
  const int place = exponent - digits + 1 > least ? exponent - digits + 1 : least;
  const double anchor = std::bit_cast<double>(static_cast<std::uint64_t>(place + 52 + 1023) << 52);
  const double whole = (magnitude + anchor) - anchor;
  const double limit = std::bit_cast<double>(static_cast<std::uint64_t>(most + 1 + 1023) << 52);
  return whole >= limit ? HUGE_VAL : whole;
}

std::uint16_t sign_of(double value) {
  return static_cast<std::uint16_t>(std::bit_cast<std::uint64_t>(value) >> 48 & 0x8000);
}

void narrow(double value, Brain& out) {
  const double magnitude = std::fabs(value);
  // Every bf16 value is an f32 value with a zero lower half; a magnitude beyond f32's range becomes
  // infinity in any case.
  const float wide = std::isnan(value) || magnitude > 0x1p130
                         ? static_cast<float>(magnitude)
                         : static_cast<float>(round_to(magnitude, 8, -133, 127));
  out.bits = static_cast<std::uint16_t>(sign_of(value) | std::bit_cast<std::uint32_t>(wide) >> 16 |
                                        (std::isnan(value) ? 0x40u : 0u));
}

void narrow(double value, Half& out) {
  const double magnitude = std::fabs(value);
  if (!(magnitude < 0x1p17)) {
    out.bits = static_cast<std::uint16_t>(sign_of(value) | (std::isnan(value) ? 0x7e00 : 0x7c00));
    return;
  }
  const double whole = round_to(magnitude, 11, -24, 15);
  const auto wide = std::bit_cast<std::uint32_t>(static_cast<float>(whole) * 0x1p-112f);
  out.bits = static_cast<std::uint16_t>(sign_of(value) | (whole > 65504 ? 0x7c00u : wide >> 13));
}

template <class T>
void load_all(const void* array, std::int64_t start, std::int64_t step, std::int64_t count,
              double* out) {
  const T* from = static_cast<const T*>(array) + start;
  if (step == 1)
    for (std::int64_t i = 0; i < count; ++i) out[i] = widen(from[i]);
  else
    for (std::int64_t i = 0; i < count; ++i) out[i] = widen(from[i * step]);
}

template <class T>
void store_all(void* array, std::int64_t start, std::int64_t step, std::int64_t count,
               const double* in) {
  T* to = static_cast<T*>(array) + start;
  for (std::int64_t i = 0; i < count; ++i) narrow(in[i], to[i * step]);
}

}  // namespace

void load_line(Dtype t, const void* array, std::int64_t start, std::int64_t step,
               std::int64_t count, double* out) {
  if (t == Dtype::f32) return load_all<float>(array, start, step, count, out);
  if (t == Dtype::f64) return load_all<double>(array, start, step, count, out);
  if (t == Dtype::f16) return load_all<Half>(array, start, step, count, out);
  if (t == Dtype::bf16) return load_all<Brain>(array, start, step, count, out);
  for (std::int64_t i = 0; i < count; ++i) out[i] = load(t, array, start + i * step);
}

void store_line(Dtype t, void* array, std::int64_t start, std::int64_t step, std::int64_t count,
                const double* in) {
  if (t == Dtype::f32) return store_all<float>(array, start, step, count, in);
  if (t == Dtype::f64) return store_all<double>(array, start, step, count, in);
  if (t == Dtype::f16) return store_all<Half>(array, start, step, count, in);
  if (t == Dtype::bf16) return store_all<Brain>(array, start, step, count, in);
  for (std::int64_t i = 0; i < count; ++i) store(t, array, start + i * step, in[i]);
}

}  // namespace convgauge
