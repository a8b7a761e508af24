// What a contained process can and cannot do, with the namespaces of the machine and without.
#include "worker/containment.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <thread>

#include "core/layers.hpp"
#include "worker/machine_trouble.hpp"

namespace convgauge::worker {
namespace {

namespace fs = std::filesystem;

/// Of `act` in a child process.
template <class Act>
bool in_child(Act act) {
  const auto child = ::fork();
  if (child == 0) ::_exit(act() ? 0 : 1);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// Of `question` in a contained process, which is told what contain() reached.
template <class Question>
bool answer(bool namespaced, const ContainedFolders& folders, Question question) {
  return in_child([&] {
    // Only what is started after that is in the namespace.
    const bool entered = namespaced && enter_pid_namespace(false);
    return in_child([&] { return question(contain(folders, entered && enter_mount_namespace())); });
  });
}

bool can_write(const fs::path& file) {
  const int number = ::open(file.c_str(), O_WRONLY | O_CREAT, 0600);
  return number >= 0 && ::write(number, "x", 1) == 1 && ::close(number) == 0;
}
bool can_read(const fs::path& file) {
  char byte = 0;
  const int number = ::open(file.c_str(), O_RDONLY);
  return number >= 0 && ::read(number, &byte, 1) == 1;
}

class Containment : public ::testing::TestWithParam<bool> {
 protected:
  Containment() {
    make_scratch_folder(folders_.scratch);
    fs::create_directories(folder_ / "cache");
    std::ofstream(folder_ / "mine") << "mine";
    std::ofstream(folder_ / "cache" / "key") << "key";
  }
  ~Containment() override {
    remove_scratch_folder(folders_.scratch);
    fs::remove_all(folder_);
  }
  template <class Question>
  bool contained(Question question) const {
    return answer(GetParam(), folders_, question);
  }

  const fs::path folder_ =
      fs::temp_directory_path() / ("convgauge-containment-" + std::to_string(::getpid()));
  const ContainedFolders folders_{scratch_name(), folder_ / "cache"};
};

TEST_P(Containment, WritesTheScratchFolderAlone) {
  const bool right = contained([&](const Contained& done) {
    const bool elsewhere = can_write(folder_ / "mine") || can_write(folder_ / "new") ||
                           ::unlink((folder_ / "mine").c_str()) == 0 ||
                           ::chmod((folder_ / "mine").c_str(), 0666) == 0;
    return elsewhere == !done.files && can_write(folders_.scratch / "file") &&
           can_write("/dev/null") && can_read(folder_ / "mine");
  });
  EXPECT_TRUE(right);
  std::string text;
  std::ifstream(folder_ / "mine") >> text;
  EXPECT_EQ(text, "mine");
}

TEST_P(Containment, HidesTheCacheByAMountNamespace) {
  EXPECT_TRUE(contained(
      [&](const Contained& done) { return can_read(folders_.hidden / "key") == !done.storage; }));
  EXPECT_TRUE(can_read(folders_.hidden / "key"));
}

TEST_P(Containment, ReachesNoOtherProcess) {
  const auto other = ::fork();
  if (other == 0) {
    ::pause();
    ::_exit(0);
  }
  EXPECT_TRUE(contained([&](const Contained& done) {
    const bool memory = ::open(("/proc/" + std::to_string(other) + "/mem").c_str(), O_RDWR) >= 0;
    const bool traced = ::ptrace(PTRACE_SEIZE, other, nullptr, nullptr) == 0;
    return !memory && !(traced && done.calls) && (::kill(other, SIGKILL) != 0 || !done.calls);
  }));
  EXPECT_EQ(::kill(other, SIGKILL), 0);
  int status = 0;
  EXPECT_EQ(::waitpid(other, &status, 0), other);
}

TEST_P(Containment, LeavesToAPluginWhatItNeeds) {
  EXPECT_TRUE(contained([&](const Contained&) {
    std::atomic<int> ran = 0;
    for (int i = 0; i < 8; ++i) std::thread([&ran] { ++ran; }).join();
    int pair[2];
    cpu_set_t mask;
    const std::string shared = "/convgauge-test-" + std::to_string(::getpid());
    const int named = ::shm_open(shared.c_str(), O_CREAT | O_RDWR, 0600);
    ::shm_unlink(shared.c_str());
    const bool program = in_child([] { return ::execl("/bin/true", "true", nullptr) == 0; });
    const bool own_signal = ::kill(::getpid(), 0) == 0 && ::raise(0) == 0;
    return ran == 8 && ::socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0 && named >= 0 &&
           ::memfd_create("x", 0) >= 0 && ::sched_getaffinity(0, sizeof mask, &mask) == 0 &&
           ::sched_setaffinity(0, sizeof mask, &mask) == 0 && program && own_signal &&
           ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
                  -1, 0) != MAP_FAILED;
  }));
}

TEST_P(Containment, ReachesNoOtherProgram) {
  EXPECT_TRUE(contained([&](const Contained& done) {
    return !done.calls ||
           (::socket(AF_INET, SOCK_STREAM, 0) < 0 && ::socket(AF_UNIX, SOCK_DGRAM, 0) < 0 &&
            ::unshare(CLONE_NEWUSER) != 0 && ::setsid() < 0);
  }));
}

INSTANTIATE_TEST_SUITE_P(ByNamespaces, Containment, ::testing::Bool());

TEST(NotEnforced, IsTheSameForEachCall) {
  EXPECT_EQ(not_enforced(), not_enforced());
}

TEST(ScratchFolder, IsNewEachTimeAndGoesWithAllThatIsInIt) {
  const auto one = scratch_name();
  EXPECT_NE(one, scratch_name());
  make_scratch_folder(one);
  EXPECT_THROW(make_scratch_folder(one), MachineTrouble);
  EXPECT_EQ(fs::status(one).permissions(), fs::perms::owner_all);
  fs::create_directories(one / "a" / "b");
  remove_scratch_folder(one);
  EXPECT_FALSE(fs::exists(one));
}

}  // namespace
}  // namespace convgauge::worker
