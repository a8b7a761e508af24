// CPU quotas, read from a folder made to look like each kind of system.
#include "core/cpu_quota.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include "core/files.hpp"

namespace convgauge {
namespace {

namespace fs = std::filesystem;

/// A folder with proc and sys, removed at the end.
class CpuQuotas : public testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::path(testing::TempDir()) / ("cpu_quota_" + std::to_string(::getpid()));
  }
  void TearDown() override { fs::remove_all(root_); }
  void put(const std::string& file, const std::string& text) {
    fs::create_directories((root_ / file).parent_path());
    ASSERT_TRUE(write_text(root_ / file, text));
  }
  /// Version 2, in a group of this path.
  void second_version(const std::string& path) {
    put("proc/self/cgroup", "0::" + path + "\n");
    put("proc/self/mountinfo", "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
  }
  fs::path root_;
};

TEST_F(CpuQuotas, ThereIsNoneWhereNothingTells) {
  EXPECT_FALSE(cpu_quota(root_));
  EXPECT_TRUE(Throttling(root_).read_ns().empty());
  second_version("/job");
  put("sys/fs/cgroup/job/cpu.max", "max 100000\n");
  EXPECT_FALSE(cpu_quota(root_));
  EXPECT_TRUE(Throttling(root_).read_ns().empty());
}

TEST_F(CpuQuotas, TheLeastOfAGroupAndItsAncestorsCounts) {
  second_version("/pod/container");
  put("sys/fs/cgroup/pod/container/cpu.max", "200000 100000\n");
  put("sys/fs/cgroup/pod/cpu.max", "50000 100000\n");
  const CpuQuota half{0.5, (root_ / "sys/fs/cgroup/pod/cpu.max").string()};
  EXPECT_EQ(cpu_quota(root_), half);
}

TEST_F(CpuQuotas, OfVersionOneToo) {
  put("proc/self/cgroup", "5:cpu,cpuacct:/docker/x\n4:memory:/docker/x\n0::/\n");
  put("proc/self/mountinfo",
      "35 31 0:32 /docker/x /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
      "36 31 0:33 /docker/x /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n");
  put("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  put("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
  EXPECT_FALSE(cpu_quota(root_));
  put("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "150000\n");
  put("sys/fs/cgroup/cpu,cpuacct/cpu.stat", "nr_periods 9\nnr_throttled 2\nthrottled_time 12345\n");
  ASSERT_TRUE(cpu_quota(root_));
  EXPECT_EQ(cpu_quota(root_)->processors, 1.5);
  EXPECT_EQ(Throttling(root_).read_ns(), std::vector<double>{12345});
}

TEST_F(CpuQuotas, ThrottlingIsReadAnew) {
  second_version("/job");
  put("sys/fs/cgroup/job/cpu.max", "50000 100000\n");
  put("sys/fs/cgroup/job/cpu.stat", "usage_usec 7\nnr_throttled 1\nthrottled_usec 3\n");
  const Throttling throttling(root_);
  EXPECT_EQ(throttling.read_ns(), std::vector<double>{3'000});
  put("sys/fs/cgroup/job/cpu.stat", "usage_usec 9\nnr_throttled 2\nthrottled_usec 40\n");
  EXPECT_EQ(throttling.read_ns(), std::vector<double>{40'000});
}

TEST_F(CpuQuotas, NeverAllowNoThread) {
  EXPECT_GE(unthrottled_cores(), 1);
}

}  // namespace
}  // namespace convgauge
