// SplitMix64 gives the words that its authors' program gives.
#include "core/split_mix.hpp"

#include <gtest/gtest.h>

namespace convgauge {
namespace {

TEST(SplitMix, GivesVignasWords) {  // of https://prng.di.unimi.it/splitmix64.c from state 0
  SplitMix random(0);
  EXPECT_EQ(random.next(), 0xe220a8397b1dcdafu);
  EXPECT_EQ(random.next(), 0x6e789e6aa1b965f4u);
  EXPECT_EQ(random.next(), 0x06c45d188009454fu);
}

TEST(SplitMix, StaysBelowItsBound) {
  SplitMix random(7);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_LT(random.below(3), 3u);
    EXPECT_LT(random.unit(), 1.0);
  }
}

}  // namespace
}  // namespace convgauge
