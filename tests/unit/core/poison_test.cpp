// Memory is filled with NaNs of its own, so that a result tells where it was read from.
#include "core/poison.hpp"

#include <gtest/gtest.h>

#include <cstring>

namespace convgauge {
namespace {

std::optional<Poisoned> told(Dtype type, std::uint64_t bits) {
  return poison_at(type, &bits, 0);  // little endian: the lowest bytes are the element
}

TEST(Poison, TellsTheBufferByTheBitsOfANan) {
  EXPECT_EQ(told(Dtype::f32, 0x7ffb7ffb), Poisoned::workspace);
  EXPECT_EQ(told(Dtype::f32, 0xfffb7ffb), Poisoned::workspace) << "the sign may have changed";
  EXPECT_EQ(told(Dtype::f32, 0x7ffb0000), Poisoned::workspace) << "held as bf16";
  EXPECT_EQ(told(Dtype::f32, 0x7f7f6000 | 0x00800000), Poisoned::workspace) << "held as f16";
  EXPECT_EQ(told(Dtype::f64, 0x7ffb7ffb7ffb7ffb), Poisoned::workspace);
}

TEST(Poison, IsNoOtherNanAndNoNumber) {
  for (const auto bits : {0x7fc00000u, 0xffc00000u, 0x7fe1c0deu, 0xffffffffu, 0x3f800000u, 0u})
    EXPECT_FALSE(told(Dtype::f32, bits)) << bits;
  for (const auto& type : kDtypes) {
    EXPECT_FALSE(told(type.type, type.poison_nan)) << type.word;
    const auto quiet = (std::uint64_t{2} << type.exponent_bits) - 1;  // with the highest bit
    EXPECT_FALSE(told(type.type, quiet << (type.significand_bits - 1))) << type.word;
  }
}

/// Quiet in every type, so that arithmetic leaves the bits as they are; told in each.
TEST(Poison, IsAQuietNanInEveryType) {
  for (const auto memory : {Poisoned::workspace, Poisoned::packed_weights, Poisoned::constants,
                            Poisoned::inputs, Poisoned::outputs, Poisoned::outside})
    for (const auto& type : kDtypes) {
      std::byte element[8];
      for (std::int64_t i = 0; i < 8; ++i) element[i] = poison_byte(memory, i);
      EXPECT_EQ(poison_at(type.type, element, 0), memory) << type.word;
      std::uint64_t bits = 0;
      std::memcpy(&bits, element, size_of(type.type));
      const auto quiet = (std::uint64_t{2} << type.exponent_bits) - 1;
      EXPECT_EQ(bits >> (type.significand_bits - 1), quiet) << type.word;
    }
}

}  // namespace
}  // namespace convgauge
