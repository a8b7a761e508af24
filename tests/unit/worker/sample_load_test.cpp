// What a sample lost between two readings.
#include "worker/sample_load.hpp"

#include <gtest/gtest.h>

#include "core/layers.hpp"

namespace convgauge::worker {
namespace {

TEST(SampleLoad, ThrottlingCountsAsWaiting) {
  LoadReading before, after;
  before.throttled_ns = {100, 7'000};
  after.throttled_ns = {600, 7'000};
  after.clock_ns = 2'000;
  EXPECT_EQ(load_between(before, after).waited_ns, 500) << "the threads' own counts say nothing";
  after.waited_ns = 800;
  EXPECT_EQ(load_between(before, after).waited_ns, 800) << "the same wait, counted twice";
  after.throttled_ns[1] = 90'000;
  EXPECT_EQ(load_between(before, after).waited_ns, 2'000) << "not longer than the sample";
}

TEST(SampleLoad, WithoutAQuotaTheThreadsTell) {
  LoadReading before, after;
  after.waited_ns = 30;
  after.clock_ns = 10;
  EXPECT_EQ(load_between(before, after).waited_ns, 30) << "of several threads";
}

TEST(SampleLoad, AReadingOfThisProcessAdvances) {
  const auto before = read_load();
  EXPECT_GT(before.own_ns, 0);
  EXPECT_GT(read_load().clock_ns, before.clock_ns);
}

}  // namespace
}  // namespace convgauge::worker
