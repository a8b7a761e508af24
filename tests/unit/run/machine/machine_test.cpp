// The machine's record: parsing on made-up systems, sanity on this one, and peaks of the right
// order of magnitude.
#include "run/machine/machine.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <numeric>
#include <thread>

#include "core/layers.hpp"
#include "run/machine/cpuinfo.hpp"
#include "run/machine/loops.hpp"
#include "run/machine/peaks.hpp"

namespace convgauge::run {
namespace {

TEST(Cpuinfo, NamesAndFlags) {
  constexpr std::string_view x86 =
      "processor\t: 0\nmodel name\t: AMD EPYC 9B14\nflags\t\t: fpu avx avx2 xavx512f f16c "
      "fma\n\nprocessor\t: 1\n"
      "model name\t: other\n";
  EXPECT_EQ(processor_name(x86), "AMD EPYC 9B14");
  EXPECT_EQ(instruction_sets(x86), "avx avx2 fma f16c");
  constexpr std::string_view arm =
      "processor : 0\nFeatures : fp asimd sve\nCPU implementer : 0x41\nCPU part : 0xd40";
  EXPECT_EQ(processor_name(arm), "implementer 0x41, part 0xd40");
  EXPECT_EQ(instruction_sets(arm), "asimd sve");
  EXPECT_EQ(processor_name(""), "");
  EXPECT_EQ(instruction_sets("no colon here"), "");
}

TEST(Machine, ThisOneIsDescribed) {
  const auto m = read_machine();
  EXPECT_GE(m.cores, 1);
  EXPECT_GE(m.cores, m.physical_cores);
  EXPECT_GE(m.physical_cores, 1);
  EXPECT_LE(m.cores, static_cast<int>(std::thread::hardware_concurrency()));
  EXPECT_GT(m.memory_bytes, 64 << 20);
  EXPECT_GT(m.clock_read_ns, 0.5);
  EXPECT_LT(m.clock_read_ns, 10'000);
  EXPECT_NE(m.system.find("Linux"), std::string::npos) << m.system;
  EXPECT_EQ(m.hostname_hash.size(), 16u);
  EXPECT_EQ(m.hostname_hash, read_machine().hostname_hash);
  EXPECT_TRUE(m.fma_flops.empty() && m.bytes_per_second.empty())
      << "peaks are measured, not guessed";
}

TEST(Loops, ComputeWhatTheyClaim) {
  // Once: every chain c holds (addend + c) * factor + addend.
  const float once = fma_baseline(1, 2, 3);
  EXPECT_EQ(once, kBaselineLanes * (12 * 9 + 2 * 66));
  for (const auto& loops : loops_here())
    EXPECT_EQ(loops.fma(1, 2, 3), once * static_cast<float>(loops.lanes) / kBaselineLanes)
        << loops.instruction_set;
  std::vector<std::uint64_t> words(1003);
  std::iota(words.begin(), words.end(), 1u);
  for (const auto& loops : loops_here())
    for (const std::size_t count : {0u, 1u, 7u, 64u, 1003u})
      EXPECT_EQ(loops.read(words.data(), count, 3), 3 * count * (count + 1) / 2)
          << loops.instruction_set << count;
}

TEST(Loops, OfInstructionSetsThatTheKernelNamesToo) {
  const auto named = read_machine().instruction_sets;
  for (const auto& loops : loops_here())
    for (const char* flag : {"avx2", "avx512f"})
      if (std::string_view(loops.instruction_set).starts_with(flag)) {
        EXPECT_NE(named.find(flag), named.npos) << named;
      }
}

TEST(Peaks, CachesInReach) {
  const CacheSizes one{32 << 10, 1 << 20, 16 << 20};
  // Cores 0 and 1 share a last-level cache, 2 has its own; 3 is a sibling of 0.
  const std::vector<Processor> processors{{0, 0, 0, 0}, {1, 0, 1, 0}, {2, 0, 2, 2}, {3, 0, 0, 0}};
  EXPECT_EQ(caches_reached(one, 1, processors), one);
  EXPECT_EQ(caches_reached(one, 2, processors), (CacheSizes{64 << 10, 2 << 20, 16 << 20}));
  EXPECT_EQ(caches_reached(one, 4, processors), (CacheSizes{96 << 10, 3 << 20, 32 << 20}));
  EXPECT_EQ(caches_reached(one, 9, processors), caches_reached(one, 4, processors))
      << "there are no more";
}

TEST(Peaks, ArraysFitTheirLevelAndNotTheOneAbove) {
  EXPECT_EQ(share_bytes(32 << 10, 0, 1), 16 << 10);
  EXPECT_EQ(share_bytes(2 << 20, 64 << 10, 2), 512 << 10);
  EXPECT_EQ(share_bytes(5 << 20, 2 << 20, 1), 0)
      << "twice the level above is more than three quarters of this one";
  EXPECT_EQ(share_bytes(6 << 20, 2 << 20, 1), 4 << 20);
  EXPECT_EQ(share_bytes(0, 1 << 20, 1), 0) << "no such cache";
}

TEST(Peaks, OfTheRightOrderAndMoreThreadsAreNotSlower) {
  auto machine = read_machine();
  const std::vector<int> threads = machine.physical_cores > 1 ? std::vector{1, 2} : std::vector{1};
  const auto start = std::chrono::steady_clock::now();
  measure_peaks(machine, threads);
  const auto took = std::chrono::steady_clock::now() - start;
  for (const int t : threads) {
    ASSERT_TRUE(machine.fma_flops.contains(t) && machine.bytes_per_second.contains(t)) << t;
    RecordProperty("gflops_" + std::to_string(t), std::to_string(machine.fma_flops[t] / 1e9));
    RecordProperty("read_gb_" + std::to_string(t),
                   std::to_string(machine.bytes_per_second[t] / 1e9));
    EXPECT_GT(machine.fma_flops[t], 5e8) << t;
    EXPECT_LT(machine.fma_flops[t], t * 2e12)
        << "no core does 2 Tflop/s: the loop was optimised away";
    EXPECT_GT(machine.bytes_per_second[t], 1e8) << t;
    EXPECT_LT(machine.bytes_per_second[t], t * 1e12) << t;
  }
  for (const auto& peak : machine.fma_peaks) {
    EXPECT_GT(peak.flops, 1e8) << peak.instruction_set;
    EXPECT_LE(peak.flops, machine.fma_flops[peak.threads]) << peak.instruction_set;
  }
  EXPECT_EQ(machine.fma_peaks.size(), threads.size() * loops_here().size());
  for (const auto& peak : machine.read_peaks) {
    EXPECT_GT(peak.bytes_per_second, 1e8) << peak.level;
    EXPECT_LT(peak.bytes_per_second, peak.threads * 5e12)
        << peak.level << ": the loop was optimised away";
    EXPECT_EQ(peak.holds_bytes == 0, peak.level == "memory");
  }
  if (threads.size() > 1) {
    EXPECT_GT(machine.fma_flops[2], 0.8 * machine.fma_flops[1]);
  }
  EXPECT_LT(took, std::chrono::seconds(20)) << "a second on a quiet machine";
}

TEST(Peaks, NothingAskedNothingDone) {
  Machine machine;
  measure_peaks(machine, {});
  measure_peaks(machine, std::vector{0, -1});
  EXPECT_EQ(machine, Machine{});
}

}  // namespace
}  // namespace convgauge::run
