// The machine's record: parsing on made-up systems, sanity on this one, and peaks of the right order of magnitude.
#include "run/machine/machine.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "run/machine/cpuinfo.hpp"
#include "run/machine/fma.hpp"
#include "run/machine/topology.hpp"

namespace convgauge {
namespace {

namespace fs = std::filesystem;

/// A folder as sysfs has it, made of small files; gone with the object.
class FakeSysfs {
 public:
  FakeSysfs() {
    std::string pattern = (fs::temp_directory_path() / "convgauge-sysfs-XXXXXX").string();
    root_ = ::mkdtemp(pattern.data());
  }
  ~FakeSysfs() { fs::remove_all(root_); }
  const fs::path& root() const { return root_; }
  void write(const std::string& file, const std::string& line) const {
    fs::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << line << '\n';
  }
  void processor(int index, int package, int core, const std::string& shared_cache) const {
    const auto cpu = "cpu" + std::to_string(index);
    write(cpu + "/topology/physical_package_id", std::to_string(package));
    write(cpu + "/topology/core_id", std::to_string(core));
    cache(cpu + "/cache/index0", "1", "Data", "32K", std::to_string(index));
    cache(cpu + "/cache/index1", "1", "Instruction", "64K", std::to_string(index));
    cache(cpu + "/cache/index2", "2", "Unified", "1024K", std::to_string(index));
    cache(cpu + "/cache/index3", "3", "Unified", "32768K", shared_cache);
  }

 private:
  void cache(const std::string& at, const char* level, const char* type, const char* size,
             const std::string& cpus) const {
    write(at + "/level", level);
    write(at + "/type", type);
    write(at + "/size", size);
    write(at + "/shared_cpu_list", cpus);
  }
  fs::path root_;
};

TEST(Topology, SiblingsAreOneCoreAndComeLast) {
  const FakeSysfs sysfs;  // two packages of two cores, the siblings of 0..3 are 4..7
  for (int i = 0; i < 8; ++i) sysfs.processor(i, i % 4 / 2, i % 2, i % 4 < 2 ? "0-1,4-5" : "2-3,6-7");
  const std::vector<int> allowed{0, 2, 3, 4, 6};
  const auto processors = read_processors(sysfs.root(), allowed);
  ASSERT_EQ(processors.size(), 5u);
  EXPECT_EQ(processors[1], (Processor{.index = 2, .package = 1, .core = 0, .cache_group = 2}));
  EXPECT_EQ(physical_cores(processors), 3);
  std::vector<int> order;
  for (const auto& p : spread(processors)) order.push_back(p.index);
  EXPECT_EQ(order, (std::vector{0, 2, 3, 4, 6}));
  order.clear();
  for (const auto& p : spread(read_processors(sysfs.root(), std::vector{0, 4, 1, 5}))) order.push_back(p.index);
  EXPECT_EQ(order, (std::vector{0, 1, 4, 5}));
}

TEST(Topology, CachesOfOneInstance) {
  const FakeSysfs sysfs;
  sysfs.processor(0, 0, 0, "0-1");
  EXPECT_EQ(read_caches(sysfs.root(), 0), (CacheSizes{32 << 10, 1 << 20, 32 << 20}));
  EXPECT_EQ(read_caches(sysfs.root(), 1), CacheSizes{}) << "what is not told is 0";
}

TEST(Topology, WithoutSysfsEachProcessorIsACore) {
  const auto processors = read_processors("/nonexistent", std::vector{3, 5});
  EXPECT_EQ(physical_cores(processors), 2);
  EXPECT_EQ(processors[1].cache_group, 5);
}

TEST(Topology, Sizes) {
  EXPECT_EQ(parse_size("48K"), 49152);
  EXPECT_EQ(parse_size("2M"), 2 << 20);
  EXPECT_EQ(parse_size("64"), 64);
  EXPECT_EQ(parse_size(""), 0);
  EXPECT_EQ(parse_size("12Q"), 0);
  EXPECT_EQ(parse_size("-4K"), 0);
}

TEST(Cpuinfo, NamesAndFlags) {
  constexpr std::string_view x86 =
      "processor\t: 0\nmodel name\t: AMD EPYC 9B14\nflags\t\t: fpu avx avx2 xavx512f f16c fma\n\nprocessor\t: 1\n"
      "model name\t: other\n";
  EXPECT_EQ(processor_name(x86), "AMD EPYC 9B14");
  EXPECT_EQ(instruction_sets(x86), "avx avx2 fma f16c");
  constexpr std::string_view arm = "processor : 0\nFeatures : fp asimd sve\nCPU implementer : 0x41\nCPU part : 0xd40";
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
  EXPECT_TRUE(m.fma_flops.empty() && m.bytes_per_second.empty()) << "peaks are measured, not guessed";
}

TEST(Loops, ComputeWhatTheyClaim) {
  // Once: every chain c holds (addend + c) * factor + addend.
  const float once = fma_baseline(1, 2, 3);
  EXPECT_EQ(once, kBaselineLanes * (12 * 9 + 2 * 66));
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    EXPECT_EQ(fma_avx2(1, 2, 3), 2 * once);
  }
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")) {
    EXPECT_EQ(fma_avx512(1, 2, 3), 4 * once);
  }
#endif
  std::vector<std::uint64_t> words(1003, 3);
  EXPECT_EQ(read_words(words.data(), words.size()), 3009u);
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
    RecordProperty("read_gb_" + std::to_string(t), std::to_string(machine.bytes_per_second[t] / 1e9));
    EXPECT_GT(machine.fma_flops[t], 5e8) << t;
    EXPECT_LT(machine.fma_flops[t], t * 2e12) << "no core does 2 Tflop/s: the loop was optimised away";
    EXPECT_GT(machine.bytes_per_second[t], 1e8) << t;
    EXPECT_LT(machine.bytes_per_second[t], t * 1e12) << t;
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
}  // namespace convgauge
