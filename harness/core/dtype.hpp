// Element types: their names, sizes and rounding.
#pragma once
#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "core/words.hpp"

namespace convgauge {

enum class Dtype { f32, f64, f16, bf16 };

/// The properties of an element type; sign, exponent and significand are laid out as in IEEE 754. A
/// new type is an enumerator and a row; code without a fast path for it uses load() and store().
struct DtypeTraits {
  Dtype type;
  std::string_view word, torch_name;
  int exponent_bits, significand_bits;  // as stored: without the hidden bit
  std::string_view npy;                 // its name in a .npy header; empty: NumPy has no such type
  std::uint64_t poison_nan, poison_number;  // bits that neither arithmetic nor a fill produces
};

inline constexpr std::array kDtypes{
    DtypeTraits{Dtype::f32, "f32", "float32", 8, 23, "<f4", 0x7fe1c0de, 0x4b5a5a5b},
    DtypeTraits{Dtype::f64, "f64", "float64", 11, 52, "<f8", 0x7ffcc0dec0dec0de,
                0x43aa5a5a5a5a5a5b},
    DtypeTraits{Dtype::f16, "f16", "float16", 5, 10, "<f2", 0x7e5d, 0x6a5b},
    DtypeTraits{Dtype::bf16, "bf16", "bfloat16", 8, 7, "", 0x7fdd, 0x4b5b},
};

/// Names of other programs that are read too: of NumPy, C and papers. Those of torch are in the
/// table.
inline constexpr std::array kDtypeNames{
    Alias<Dtype>{"fp32", Dtype::f32}, Alias<Dtype>{"float", Dtype::f32},
    Alias<Dtype>{"fp64", Dtype::f64}, Alias<Dtype>{"double", Dtype::f64},
    Alias<Dtype>{"fp16", Dtype::f16}, Alias<Dtype>{"half", Dtype::f16},
};

/// The words are those of the table.
template <>
struct Words<Dtype> {
  static constexpr std::string_view what = "dtype";
  static constexpr auto words = column(kDtypes, &DtypeTraits::word);
  static constexpr auto aliases = [] {
    std::array<Alias<Dtype>, kDtypes.size() + kDtypeNames.size()> all{};
    std::size_t n = 0;
    for (const auto& t : kDtypes) all[n++] = {t.torch_name, t.type};
    for (const auto& name : kDtypeNames) all[n++] = name;
    return all;
  }();
};

/// All types, for loops.
inline constexpr auto kAllDtypes = column(kDtypes, &DtypeTraits::type);

constexpr const DtypeTraits& traits(Dtype t) {
  return kDtypes.at(static_cast<std::size_t>(t));
}
static_assert([] {
  for (std::size_t i = 0; i < kDtypes.size(); ++i)
    if (kDtypes[i].type != static_cast<Dtype>(i)) return false;
  return true;
}());

constexpr std::size_t size_of(Dtype t) {
  return static_cast<std::size_t>(1 + traits(t).exponent_bits + traits(t).significand_bits) / 8;
}

/// Bits of the significand, the hidden one included: 24 for f32.
constexpr int precision(Dtype t) {
  return traits(t).significand_bits + 1;
}

/// Unit roundoff 2^-precision: |round(x) - x| <= u |x| for normal x.
constexpr double unit_roundoff(Dtype t) {
  return 1.0 / static_cast<double>(std::int64_t{1} << precision(t));
}

/// The exponent of the largest numbers: 127 for f32.
constexpr int largest_exponent(Dtype t) {
  return (1 << (traits(t).exponent_bits - 1)) - 1;
}

/// Smallest positive normal number: 2^-126 for f32.
double smallest_normal(Dtype t);

/// Largest finite number.
double largest(Dtype t);

/// load() returns element `index` of an array of `t` as a double, which is exact. store() rounds a
/// double to nearest even; `value` may be infinite or NaN.
double load(Dtype t, const void* array, std::int64_t index);
void store(Dtype t, void* array, std::int64_t index, double value);

/// `value` rounded to `t` (nearest even) and back.
double rounded(Dtype t, double value);

}  // namespace convgauge
