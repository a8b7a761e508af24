// Slots for cold times: beyond twice the cache, within memory, and a word where they are not.
#include "measure/cold.hpp"

#include <gtest/gtest.h>
#include "core/layers.hpp"

namespace convgauge::measure {
namespace {

constexpr std::int64_t kMiB = 1 << 20;

TEST(ColdSlots, TogetherExceedTwiceTheCache) {
  for (const std::int64_t slot :
       {kMiB / 10, kMiB, 3 * kMiB, 32 * kMiB, 63 * kMiB, 64 * kMiB, 65 * kMiB, 900 * kMiB}) {
    const auto cold = cold_slots(
        {.slot_bytes = slot, .cache_bytes = 32 * kMiB, .available_bytes = std::int64_t{64} << 30});
    EXPECT_GT(cold.slots * slot, 64 * kMiB) << slot;
    EXPECT_GE(cold.slots, 2) << slot;
    if (cold.slots > 2) {
      EXPECT_LE((cold.slots - 1) * slot, 64 * kMiB) << "more than it takes";
    }
    EXPECT_EQ(cold.short_of, "") << slot;
  }
}

TEST(ColdSlots, StayWithinMemoryAndSaySo) {
  // 1 GiB available: a quarter of it pays for 128 MiB of slots and as much of copies.
  const auto cold =
      cold_slots({.slot_bytes = kMiB, .cache_bytes = 512 * kMiB, .available_bytes = 1024 * kMiB});
  EXPECT_EQ(cold.slots, 128);
  EXPECT_NE(
      cold.short_of.find("128 slots hold 128 MiB, less than twice the last-level cache of 512 MiB"),
      std::string::npos)
      << cold.short_of;
  EXPECT_NE(cold.short_of.find("1.02e+03 MiB of available memory"), std::string::npos)
      << cold.short_of;
  EXPECT_EQ(cold_slots({.slot_bytes = kMiB, .cache_bytes = 512 * kMiB, .available_bytes = 1}).slots,
            2);
}

TEST(ColdSlots, OfTinyTensorsAreNotWithoutEnd) {
  const auto cold =
      cold_slots({.slot_bytes = 100, .cache_bytes = 32 * kMiB, .available_bytes = 1 << 30});
  EXPECT_EQ(cold.slots, kMostSlots);
  EXPECT_NE(cold.short_of.find("4096 is the most"), std::string::npos) << cold.short_of;
}

TEST(ColdSlots, WhereNothingIsKnown) {
  const auto cold = cold_slots({.slot_bytes = kMiB});
  EXPECT_EQ(cold.slots, 2 * kUnknownCache / kMiB + 1);
  EXPECT_EQ(cold.short_of, "");
  EXPECT_EQ(cold_slots({}).slots, kMostSlots) << "no tensor at all: batch 0";
}

}  // namespace
}  // namespace convgauge::measure
