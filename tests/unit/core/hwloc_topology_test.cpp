// hwloc's topology: of a made-up machine, and the same of this one as sysfs gives.
#include "core/hwloc_topology.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include <thread>

#include "core/sysfs_topology.hpp"

namespace convgauge {
namespace {

TEST(HwlocTopology, SiblingsShareACoreAndCoresACache) {
  const auto [processors, caches] =
      synthetic_topology("package:2 l3:1(size=32MB) l2:2(size=1MB) l1d:1(size=32kB) core:1 pu:2");
  ASSERT_EQ(processors.size(), 8u);
  EXPECT_EQ(physical_cores(processors), 4);
  EXPECT_EQ(processors[0].core, processors[1].core);
  EXPECT_EQ(processors[5].cache_group, 4);
  EXPECT_NE(processors[3].package, processors[4].package);
  EXPECT_EQ(caches, (CacheSizes{32'000, 1'000'000, 32'000'000}));
}

TEST(HwlocTopology, WithoutCachesEachProcessorIsItsOwnGroup) {
  const auto [processors, caches] = synthetic_topology("core:2 pu:1");
  ASSERT_EQ(processors.size(), 2u);
  EXPECT_EQ(processors[1].cache_group, 1);
  EXPECT_EQ(caches, CacheSizes{});
}

TEST(HwlocTopology, OfNonsenseIsEmpty) {
  EXPECT_TRUE(synthetic_topology("no such thing").processors.empty());
}

TEST(HwlocTopology, IsThatOfSysfs) {
  if (!std::filesystem::exists(kProcessorFolder / "cpu0/topology/core_id"))
    GTEST_SKIP() << "no sysfs here";
  EXPECT_EQ(topology_by_hwloc(), topology_by_sysfs(kProcessorFolder, allowed_processors()));
}

TEST(HwlocTopology, FollowsTheThreadsOwnBinding) {
  const int last = allowed_processors().back();
  std::thread([&] {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<std::size_t>(last), &one);
    ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
    ASSERT_EQ(topology_by_hwloc().processors.size(), 1u);
    EXPECT_EQ(topology_by_hwloc().processors[0].index, last);
  }).join();
}

}  // namespace
}  // namespace convgauge
