// The roof of a case: which level feeds it, and whether arithmetic or bytes end first.
#include "measure/roofline.hpp"

#include <gtest/gtest.h>
#include "core/layers.hpp"

namespace convgauge::measure {
namespace {

// One thread computes 100 Gflop/s, two compute 190; a level is four times as fast as the next.
const std::vector<FmaPeak> kFma{
    {"sse2", 1, 25e9}, {"avx2+fma", 1, 100e9}, {"sse2", 2, 50e9}, {"avx2+fma", 2, 190e9}};
const std::vector<ReadPeak> kReads{{"l1", 1, 32 << 10, 160e9}, {"l2", 1, 1 << 20, 80e9},
                                   {"l3", 1, 32 << 20, 40e9},  {"memory", 1, 0, 20e9},
                                   {"l1", 2, 64 << 10, 320e9}, {"memory", 2, 0, 30e9}};

TEST(Roof, ComputingEndsFirstWhereIntensityIsHigh) {
  const auto roof = roof_of({.flops = 1e9, .bytes = 1e6}, kFma, kReads);
  ASSERT_TRUE(roof);
  EXPECT_EQ(*roof, (Roof{100e9, "l2", true}))
      << "the fastest instruction set, out of the L2 that holds a megabyte";
}

TEST(Roof, BytesEndFirstWhereIntensityIsLow) {
  // 2 flop a byte out of memory: 40 Gflop/s.
  EXPECT_EQ(roof_of({.flops = 2e8, .bytes = 1e8}, kFma, kReads), (Roof{40e9, "memory", false}));
  // The same intensity within reach of each cache.
  EXPECT_EQ(roof_of({.flops = 2e7, .bytes = 1e7}, kFma, kReads), (Roof{80e9, "l3", false}));
  EXPECT_EQ(roof_of({.flops = 1e3, .bytes = 1e3}, kFma, kReads), (Roof{100e9, "l1", true}));
}

TEST(Roof, ALevelHoldsWhatIsExactlyItsSize) {
  const double l1 = 32 << 10;
  EXPECT_EQ(roof_of({.flops = l1 / 4, .bytes = l1}, kFma, kReads)->level, "l1");
  EXPECT_EQ(roof_of({.flops = l1 / 4, .bytes = l1 + 1}, kFma, kReads)->level, "l2");
}

TEST(Roof, ColdBytesComeFromMemory) {
  EXPECT_EQ(roof_of({.flops = 1e3, .bytes = 1e3, .cold = true}, kFma, kReads),
            (Roof{20e9, "memory", false}));
}

TEST(Roof, IsThatOfTheNumberOfThreads) {
  EXPECT_EQ(roof_of({.flops = 1e12, .bytes = 1e8, .threads = 2}, kFma, kReads),
            (Roof{190e9, "memory", true}));
  EXPECT_EQ(roof_of({.flops = 6e4, .bytes = 6e4, .threads = 2}, kFma, kReads)->level, "l1")
      << "two L1 hold 64 KiB";
  EXPECT_FALSE(roof_of({.flops = 1e9, .bytes = 1e6, .threads = 3}, kFma, kReads))
      << "nobody measured three";
}

TEST(Roof, NoneWithoutPeaksMemoryOrWork) {
  const Work work{.flops = 1e9, .bytes = 1e6};
  EXPECT_FALSE(roof_of(work, {}, kReads));
  EXPECT_FALSE(roof_of(work, kFma, {}));
  const std::vector<ReadPeak> caches(kReads.begin(), kReads.begin() + 3),
      stopped{{"memory", 1, 0, 0}};
  EXPECT_FALSE(roof_of(work, kFma, caches))
      << "without memory, nobody knows whether a cache is slower than it";
  EXPECT_FALSE(roof_of(work, kFma, stopped));
  EXPECT_FALSE(roof_of({.flops = 0, .bytes = 1e6}, kFma, kReads)) << "batch 0";
  EXPECT_FALSE(roof_of({.flops = 1e9, .bytes = 0}, kFma, kReads));
}

TEST(Roof, TheFasterOfTwoLevelsThatHoldIt) {
  // A virtual machine's "L3" that is slower than its memory feeds nothing.
  const std::vector<ReadPeak> odd{{"l3", 1, 32 << 20, 10e9}, {"memory", 1, 0, 20e9}};
  EXPECT_EQ(roof_of({.flops = 1e6, .bytes = 1e6}, kFma, odd)->level, "memory");
}

}  // namespace
}  // namespace convgauge::measure
