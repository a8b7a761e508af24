// Each buffer is filled with NaNs of its own, so that a result tells where it was read from.
#include <gtest/gtest.h>

#include "core/layers.hpp"
#include "run/guarded_plan.hpp"

namespace convgauge::run {
namespace {

TEST(Poison, TellsTheBufferByTheBitsOfANan) {
  EXPECT_EQ(poison_origin(Dtype::f32, 0x7ffb7ffb), "workspace");
  EXPECT_EQ(poison_origin(Dtype::f32, 0xfffb7ffb), "workspace") << "the sign may have changed";
  EXPECT_EQ(poison_origin(Dtype::f32, 0x7ffd7ffd), "packed_weights");
  EXPECT_EQ(poison_origin(Dtype::f32, 0x7ffb0000), "workspace") << "held as bf16";
  EXPECT_EQ(poison_origin(Dtype::bf16, 0x7ffb), "workspace");
  EXPECT_EQ(poison_origin(Dtype::f16, 0x7ffd), "packed_weights");
  EXPECT_EQ(poison_origin(Dtype::f64, 0x7ffb7ffb7ffb7ffb), "workspace");
}

TEST(Poison, IsNoOtherNan) {
  for (const auto bits : {0x7fc00000u, 0xffc00000u, 0x7fe1c0deu, 0xffffffffu})
    EXPECT_EQ(poison_origin(Dtype::f32, bits), "") << bits;
  for (const auto& type : kDtypes) EXPECT_EQ(poison_origin(type.type, type.poison_nan), "");
}

}  // namespace
}  // namespace convgauge::run
