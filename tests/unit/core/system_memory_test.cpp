// How much memory may still be taken, read from a folder made to look like each kind of system.
#include "core/system_memory.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmath>

#include "core/files.hpp"

namespace convgauge {
namespace {

namespace fs = std::filesystem;

/// A folder with proc and sys, removed at the end.
class SystemMemory : public testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::path(testing::TempDir()) / ("system_memory_" + std::to_string(::getpid()));
    put("proc/meminfo", "MemTotal: 9000 kB\nMemAvailable: 8000 kB\n");
  }
  void TearDown() override { fs::remove_all(root_); }
  void put(const std::string& file, const std::string& text) {
    fs::create_directories((root_ / file).parent_path());
    ASSERT_TRUE(write_text(root_ / file, text));
  }
  void mount_second(const std::string& path) {
    put("proc/self/cgroup", "0::" + path + "\n");
    put("proc/self/mountinfo", "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
  }
  fs::path root_;
};

TEST_F(SystemMemory, IsTheMachinesWithoutGroups) {
  const auto room = memory_room(root_);
  EXPECT_EQ(room.bytes, 8000 * 1024);
  EXPECT_EQ(room.limit, "this machine's memory");
}

TEST_F(SystemMemory, IsInfiniteWhereNothingTells) {
  fs::remove(root_ / "proc/meminfo");
  EXPECT_TRUE(std::isinf(memory_room(root_).bytes));
}

TEST_F(SystemMemory, ALimitCountsFilesAsFree) {
  mount_second("/job");
  put("sys/fs/cgroup/job/memory.max", "1000000\n");
  put("sys/fs/cgroup/job/memory.high", "max\n");
  put("sys/fs/cgroup/job/memory.current", "600000\n");
  put("sys/fs/cgroup/job/memory.stat", "anon 300000\ninactive_file 100000\nactive_file 200000\n");
  const auto room = memory_room(root_);
  EXPECT_EQ(room.bytes, 1000000 - 300000);
  EXPECT_EQ(room.limit,
            "the control group's limit, " + (root_ / "sys/fs/cgroup/job/memory.max").string());
}

TEST_F(SystemMemory, AnAncestorsHighLimitsToo) {
  mount_second("/outer/inner");
  put("sys/fs/cgroup/outer/inner/memory.max", "max\n");
  put("sys/fs/cgroup/outer/inner/memory.current", "1000\n");
  put("sys/fs/cgroup/outer/memory.max", "900000\n");
  put("sys/fs/cgroup/outer/memory.high", "500000\n");
  put("sys/fs/cgroup/outer/memory.current", "700000\n");
  put("sys/fs/cgroup/outer/memory.stat", "inactive_file 0\n");
  EXPECT_EQ(memory_room(root_).bytes, 0) << "never below 0";
}

TEST_F(SystemMemory, ReadsTheFirstVersionOfAContainer) {
  put("proc/self/cgroup", "5:cpu,cpuacct:/docker/x\n4:memory:/docker/x\n0::/\n");
  put("proc/self/mountinfo",
      "35 31 0:32 /docker/x /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
      "36 31 0:33 /docker/x /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n");
  put("sys/fs/cgroup/memory/memory.limit_in_bytes", "1000000\n");
  put("sys/fs/cgroup/memory/memory.usage_in_bytes", "600000\n");
  put("sys/fs/cgroup/memory/memory.stat", "inactive_file 5\ntotal_inactive_file 100000\n");
  put("sys/fs/cgroup/memory/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 7\n");
  EXPECT_EQ(memory_room(root_).bytes, 500000);
  EXPECT_EQ(out_of_memory_kills(root_), 7);
}

TEST_F(SystemMemory, KillsAreTheGroupsElseTheMachines) {
  EXPECT_EQ(out_of_memory_kills(root_), std::nullopt);
  put("proc/vmstat", "nr_free_pages 4\noom_kill 3\n");
  EXPECT_EQ(out_of_memory_kills(root_), 3);
  mount_second("/job");
  EXPECT_EQ(out_of_memory_kills(root_), 3) << "the group has no count";
  put("sys/fs/cgroup/job/memory.events", "oom 9\noom_kill 5\n");
  EXPECT_EQ(out_of_memory_kills(root_), 5);
}

TEST_F(SystemMemory, TheAddressSpaceMayBeLimited) {
  put("proc/self/status", "Name:\ttest\nVmSize:\t    1000 kB\n");
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_AS, &before), 0);
  // Above what any test takes, and below what meminfo tells here.
  constexpr rlim_t kLimit = rlim_t{1} << 40;
  put("proc/meminfo", "MemAvailable: 9000000000000 kB\n");
  const rlimit limit{kLimit, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_AS, &limit), 0);
  const auto room = memory_room(root_);
  ::setrlimit(RLIMIT_AS, &before);
  EXPECT_EQ(room.bytes, static_cast<double>(kLimit) - 1000 * 1024);
  EXPECT_EQ(room.limit, "address space, RLIMIT_AS");
}

TEST(SystemMemoryHere, Tells) {
  EXPECT_GT(memory_room().bytes, 0);
  EXPECT_TRUE(std::isfinite(memory_room().bytes));
}

}  // namespace
}  // namespace convgauge
