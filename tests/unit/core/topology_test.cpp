// The topology out of made-up systems, and of this one.
#include "core/processors.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <thread>

#include "core/sysfs_topology.hpp"

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
  for (int i = 0; i < 8; ++i)
    sysfs.processor(i, i % 4 / 2, i % 2, i % 4 < 2 ? "0-1,4-5" : "2-3,6-7");
  const std::vector<int> allowed{0, 2, 3, 4, 6};
  const auto processors = topology_by_sysfs(sysfs.root(), allowed).processors;
  ASSERT_EQ(processors.size(), 5u);
  EXPECT_EQ(processors[1], (Processor{.index = 2, .package = 1, .core = 0, .cache_group = 2}));
  EXPECT_EQ(physical_cores(processors), 3);
  std::vector<int> order;
  for (const auto& p : spread(processors)) order.push_back(p.index);
  EXPECT_EQ(order, (std::vector{0, 2, 3, 4, 6}));
  order.clear();
  const std::vector<int> half{0, 4, 1, 5};
  for (const auto& p : spread(topology_by_sysfs(sysfs.root(), half).processors))
    order.push_back(p.index);
  EXPECT_EQ(order, (std::vector{0, 1, 4, 5}));
}

TEST(Topology, CachesOfOneInstance) {
  const FakeSysfs sysfs;
  sysfs.processor(0, 0, 0, "0-1");
  EXPECT_EQ(topology_by_sysfs(sysfs.root(), std::vector{0}).caches,
            (CacheSizes{32 << 10, 1 << 20, 32 << 20}));
  EXPECT_EQ(topology_by_sysfs(sysfs.root(), std::vector{1}).caches, CacheSizes{})
      << "what is not told is 0";
}

TEST(Topology, WithoutSysfsEachProcessorIsACore) {
  const auto processors = topology_by_sysfs("/nonexistent", std::vector{3, 5}).processors;
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

TEST(Topology, OfThisMachine) {
  const auto [processors, caches] = read_topology();
  ASSERT_FALSE(processors.empty());
  EXPECT_LE(processors.size(), std::thread::hardware_concurrency());
  EXPECT_EQ(physical_cores(), physical_cores(processors));
  EXPECT_GE(physical_cores(), 1);
  EXPECT_GE(caches.l1_bytes, 0);
}

}  // namespace
}  // namespace convgauge
