// Hardware counters: how a reading is understood; and on this machine, either plausible counts or
// the reason for none.
#include "worker/counters.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <latch>
#include <thread>
#include "core/layers.hpp"

namespace convgauge::worker {
namespace {

using Reading = std::array<std::uint64_t, 3>;

TEST(Counters, ASharedCounterIsScaled) {
  EXPECT_EQ(scaled_count(Reading{1000, 50, 50}), 1000);
  EXPECT_EQ(scaled_count(Reading{1000, 100, 25}), 4000) << "it ran for a quarter of the time";
  EXPECT_EQ(scaled_count(Reading{0, 100, 100}), 0) << "counted, and there was nothing";
  EXPECT_FALSE(scaled_count(Reading{0, 100, 0})) << "never counted";
  EXPECT_FALSE(scaled_count(Reading{7, 0, 0}));
  // 2^60 times enabled would not fit 64 bits.
  EXPECT_NEAR(*scaled_count(Reading{std::uint64_t{1} << 60, 3'000'000'000, 1'000'000'000}),
              3.0 * 0x1p60, 0x1p20);
}

void spin(std::int64_t additions) {
  std::atomic<std::int64_t> sum = 0;
  for (std::int64_t i = 0; i < additions; ++i) sum.fetch_add(i, std::memory_order_relaxed);
}

TEST(Counters, CountEveryThreadOrSayWhyNot) {
  constexpr std::int64_t kAdditions = 2'000'000;
  std::latch made(1), go(1), done(1), gone(1);
  std::jthread other([&] {  // as a plugin's pool: it is there before the counters are
    made.count_down();
    go.wait();
    spin(kAdditions);
    done.count_down();
    gone.wait();
  });
  made.wait();
  auto counters = Counters::open();
  if (!counters) {
    EXPECT_NE(counters.error().message.find("perf_event_open: "), std::string::npos)
        << counters.error().message;
    EXPECT_NE(counters.error().message.find("perf_event_paranoid"), std::string::npos)
        << counters.error().message;
    go.count_down();
    gone.count_down();
    GTEST_SKIP() << counters.error().message;
  }
  counters->start();
  go.count_down();
  spin(kAdditions);
  std::jthread(spin, kAdditions).join();  // and one that is made meanwhile
  done.wait();
  const auto totals = counters->stop();
  gone.count_down();
  ASSERT_TRUE(totals) << totals.error().message;
  EXPECT_GT(totals->instructions, 3 * 2.0 * kAdditions)
      << "an addition and a branch of each of three threads";
  EXPECT_LT(totals->instructions, 3 * 100.0 * kAdditions);
  EXPECT_GT(totals->cycles, 0);
}

}  // namespace
}  // namespace convgauge::worker
