// f16 and bf16 as bits. Conversion to f32 is exact, conversion from f32 rounds to nearest even. No
// half type of the compiler is needed (clang 14 has none for plain x86-64).
#pragma once
#include <bit>
#include <cstdint>

namespace convgauge::backends {

/// 1 sign, 8 exponent, 7 fraction bits: the upper half of an f32.
struct Bf16 {
  std::uint16_t bits;
  Bf16() = default;
  explicit Bf16(float value) {
    const auto wide = std::bit_cast<std::uint32_t>(value);
    const bool is_nan = (wide & 0x7fffffffu) > 0x7f800000u;
    const auto rounded = (wide + 0x7fffu + ((wide >> 16) & 1u)) >> 16;
    bits = static_cast<std::uint16_t>(is_nan ? (wide >> 16) | 0x40u : rounded);
  }
  operator float() const { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }
};

/// 1 sign, 5 exponent (bias 15), 10 fraction bits.
struct F16 {
  std::uint16_t bits;
  F16() = default;
  explicit F16(float value) {
    const auto wide = std::bit_cast<std::uint32_t>(value);
    const auto magnitude = wide & 0x7fffffffu;
    std::uint32_t half = 0;
    if (magnitude > 0x7f800000u) {
      half = 0x7e00u;  // NaN
    } else if (magnitude >= 0x477ff000u) {
      half = 0x7c00u;  // 65520 and more round to infinity
    } else if (magnitude < 0x38800000u) {
      // Below 2^-14: one unit in the last place of [0.5, 1) in f32 is 2^-24, the step of f16's
      // subnormals.
      half = std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude) + 0.5f) - 0x3f000000u;
    } else {
      half = (magnitude + 0xfffu + ((magnitude >> 13) & 1u) - (112u << 23)) >> 13;
    }
    bits = static_cast<std::uint16_t>((wide >> 16 & 0x8000u) | half);
  }
  operator float() const {
    const auto magnitude = bits & 0x7fffu;
    // The product with 2^112 corrects the exponent's bias, of subnormals too.
    const float scaled = std::bit_cast<float>(magnitude << 13) * 0x1p112f;
    const auto wide =
        magnitude >= 0x7c00u ? 0x7f800000u | magnitude << 13 : std::bit_cast<std::uint32_t>(scaled);
    return std::bit_cast<float>(wide | (bits & 0x8000u) << 16);
  }
};

}  // namespace convgauge::backends
