// When a time cannot be true.
#include "measure/doubt.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "core/layers.hpp"
#include "core/problem_text.hpp"

namespace convgauge::measure {
namespace {

TEST(Doubt, ASlowClockOrMoreThreadsShowInTheCpuTime) {
  EXPECT_FALSE(doubtful_cpu({}, 1));
  EXPECT_FALSE(doubtful_cpu(std::vector{0.98, 1.0, 1.02}, 2));
  EXPECT_FALSE(doubtful_cpu(std::vector{0.2, 0.3}, 1)) << "it waited";
  EXPECT_FALSE(doubtful_cpu(std::vector{1.0, 3.0, 1.0}, 1)) << "one of three";
  EXPECT_EQ(
      doubtful_cpu(std::vector{4.0, 3.9, 0.9}, 1).value(),
      "in each ms that it told, its threads had 3.9 ms of CPU time, where 1 thread is allowed: "
      "its clock is slow, or it used more threads");
  EXPECT_TRUE(doubtful_cpu(std::vector{1.5}, 4)) << "six of four threads";
}

TEST(Doubt, ThreadsThatSpinWhileTheMachineLetsOthersWaitAreNotTooMany) {
  // Seen of the naive backend at a load average of 7: ns of CPU, told, passed, kept waiting.
  EXPECT_NEAR(cpu_share({8.1e6, 0.113e6, 8.613e6, 8.480e6}, 2), 0.47, 0.01);
  EXPECT_LE(cpu_share({8.7e6, 2.135e6, 5.872e6, 5.680e6}, 2), 1.0);
  // More was waited than the call can explain: in the call, where threads of it wait too.
  EXPECT_NEAR(cpu_share({4e6, 2e6, 3e6, 9e6}, 1), 4.0 / 3, 1e-9);
  // A clock that tells a quarter, on a quiet machine; and on one that counts no waiting.
  EXPECT_NEAR(cpu_share({4e6, 1e6, 4.1e6, 0.02e6}, 1), 3.92, 0.01);
  EXPECT_NEAR(cpu_share({16e6, 4e6, 4.1e6, 1e15}, 1), 3.9, 0.01) << "four threads, not one";
  EXPECT_EQ(cpu_share({4e6, 4e6, 3.9e6, -1}, 1), 1) << "clocks that nearly agree";
  EXPECT_EQ(cpu_share({0, 0, 0, 0}, 1), 0);
}

TEST(Doubt, AClockThatIsNotTheProcessors) {
  EXPECT_FALSE(doubtful_clock({}));
  EXPECT_FALSE(doubtful_clock(std::vector{1.0, 0.97, 1.04, 0.2}));
  EXPECT_EQ(doubtful_clock(std::vector{0.25, 0.25, 1.0}).value(),
            "its clock told 0.25 ms of each ms that the processor counted");
  EXPECT_TRUE(doubtful_clock(std::vector{1.1}));
}

double least(const char* problem) {
  return least_flops(parse_problem(problem).value());
}

TEST(Doubt, TapsOnZeroPaddingNeedNoProduct) {
  EXPECT_EQ(least("n2c3h8w8_o4k3"), static_cast<double>(parse_problem("n2c3h8w8_o4k3")->flops()));
  // 1x1 input, 3x3 kernel, padding 1: one tap of nine lies on it.
  EXPECT_EQ(least("n1c1h1w1_o1k3p1"), 2);
  // 31 taps on 7 columns: each output sees all seven.
  EXPECT_EQ(least("n1c1h7w7_o1k31p15"), 2.0 * 49 * 49);
  EXPECT_EQ(least("n1c1h7w7_o1k3p1_reflect"),
            static_cast<double>(parse_problem("n1c1h7w7_o1k3p1_reflect")->flops()));
}

TEST(Doubt, NothingIsFasterThanTheMachine) {
  const std::vector<FmaPeak> fma{{"sse2", 1, 25e9}, {"avx2+fma", 1, 100e9}, {"avx2+fma", 2, 190e9}};
  const std::vector<ReadPeak> reads{{"l1", 1, 32 << 10, 160e9}, {"memory", 1, 0, 20e9}};
  const auto fastest = fastest_time(1e6, 1.6e6, 1, fma, reads);
  EXPECT_DOUBLE_EQ(fastest.compute_ns, 10e3);
  EXPECT_DOUBLE_EQ(fastest.bytes_ns, 10e3);
  EXPECT_FALSE(beyond_machine(9e3, fastest));
  EXPECT_EQ(beyond_machine(8e3, {10e3, 0}).value(),
            "it told 8 µs, but its arithmetic at the processor's measured peak takes 10 µs");
  EXPECT_EQ(beyond_machine(1, {0, 10e3}).value(),
            "it told 0.001 µs, but to read as many bytes from the fastest cache takes 10 µs");
  EXPECT_FALSE(beyond_machine(1, fastest_time(1e6, 1e6, 3, fma, reads))) << "no peak of 3 threads";
}

}  // namespace
}  // namespace convgauge::measure
