// What counts as a worker's time: from looks that are made up, and at processes of this test's own.
#include "worker/time_limit.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "core/layers.hpp"

namespace convgauge::worker {
namespace {

using std::chrono::milliseconds;
using State = TimeLimit::State;
constexpr milliseconds kTwoSeconds{2'000};
constexpr double kMs = 1e6;

/// How long a call lasts until its end is decided, in looks; each look follows a step of time.
struct Watched {
  State state;
  int looks;
};
/// `grow` changes the threads between two looks, by the step's length in ns.
Watched watch(WorkerUse use, int processors, const auto& grow) {
  TimeLimit limit(kTwoSeconds, processors);
  const auto step_ns = static_cast<double>(std::chrono::nanoseconds(limit.step()).count());
  for (int looks = 1; looks < 100'000; ++looks) {
    const auto state = limit.look(limit.step(), use);
    if (state != State::within) return {state, looks};
    grow(use, step_ns);
  }
  return {State::within, 100'000};
}

TEST(TimeLimit, AnEndlessLoopUsesItUp) {
  const auto end = watch({{1, {'R'}}}, 1, [](WorkerUse& u, double ns) { u[1].ran_ns += ns; });
  EXPECT_EQ(end.state, State::used_up);
  EXPECT_EQ(end.looks, 21) << "20 steps, after a first look that has none to compare with";
}

TEST(TimeLimit, ADeadlockUsesItUp) {
  EXPECT_EQ(watch({{1, {'S'}}, {2, {'S'}}}, 2, [](WorkerUse&, double) {}).looks, 21);
}

TEST(TimeLimit, AShareOfAProcessorCountsAsThatShare) {
  const auto end = watch({{1, {'R'}}}, 2, [](WorkerUse& u, double ns) {
    u[1].ran_ns += ns / 8;
    u[1].waited_ns += ns * 7 / 8;
  });
  EXPECT_EQ(end.state, State::used_up);
  EXPECT_NEAR(end.looks, 161, 1);
}

TEST(TimeLimit, AWaitThatIsToldAtItsEndCountsOnce) {
  // Waits for 9 steps and runs in the tenth, when the kernel tells of all nine.
  int step = 0;
  const auto end = watch({{1, {'R'}}}, 1, [&](WorkerUse& u, double ns) {
    if (++step % 10 != 0) return;
    u[1].ran_ns += ns;
    u[1].waited_ns += 9 * ns;
  });
  EXPECT_EQ(end.state, State::used_up);
  EXPECT_NEAR(end.looks, 201, 1);
}

TEST(TimeLimit, WithoutAProcessorNobodyKnows) {
  // The kernel adds to waited_ns only when the thread runs at last.
  const auto end = watch({{1, {'R'}}, {2, {'S'}}}, 2, [](WorkerUse&, double) {});
  EXPECT_EQ(end.state, State::kept_waiting);
  EXPECT_EQ(end.looks, 20 * TimeLimit::kPatience);
}

TEST(TimeLimit, StoppedFrozenOrUnseenNobodyKnows) {
  for (const char state : {'T', 't', 'D'})
    EXPECT_EQ(watch({{1, {state}}, {2, {'S'}}}, 2, [](WorkerUse&, double) {}).state,
              State::kept_waiting)
        << state;
  EXPECT_EQ(watch({}, 1, [](WorkerUse&, double) {}).state, State::kept_waiting);
}

TEST(TimeLimit, TheThreadThatWaitsLongestCounts) {
  const auto end = watch({{1, {'R'}}, {2, {'R'}}}, 8, [](WorkerUse& u, double ns) {
    u[1].ran_ns += ns;  // spins, for the other one
    u[2].ran_ns += ns / 4;
    u[2].waited_ns += ns * 3 / 4;
  });
  EXPECT_NEAR(end.looks, 81, 1);
}

TEST(TimeLimit, ItsOwnThreadsDoNotStarveIt) {
  WorkerUse use;
  for (int i = 0; i < 32; ++i) use[i] = {'R'};
  const auto end = watch(use, 2, [](WorkerUse& u, double ns) {
    for (auto& [id, thread] : u) {
      thread.ran_ns += ns / 16;
      thread.waited_ns += ns * 15 / 16;
    }
  });
  EXPECT_EQ(end.state, State::used_up);
  EXPECT_EQ(end.looks, 21) << "32 threads kept both of its processors busy";
}

TEST(TimeLimit, APauseOfTheDriverIsOneStep) {
  TimeLimit limit(kTwoSeconds, 1);
  EXPECT_EQ(limit.look(limit.step(), {{1, {'S'}}}), State::within);
  for (int pause = 0; pause < 19; ++pause)
    EXPECT_EQ(limit.look(std::chrono::hours(1), {{1, {'S'}}}), State::within) << pause;
  EXPECT_EQ(limit.look(std::chrono::hours(1), {{1, {'S'}}}), State::used_up);
}

TEST(TimeLimit, TheAccountNamesTheCause) {
  TimeLimit limit(kTwoSeconds, 1);
  for (int i = 0; i < 2; ++i) limit.look(limit.step(), {{1, {'T'}}});
  EXPECT_EQ(limit.account(), "it could use 0 s of 2 s, in 0.2 s: another process had stopped it");
}

/// A child process that runs `body` and is killed with the object.
class Child {
 public:
  explicit Child(const auto& body) : pid_(::fork()) {
    if (pid_ == 0) {
      body();
      for (;;) ::pause();
    }
  }
  ~Child() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  pid_t pid() const { return pid_; }
  /// Looks until `wanted` holds; the last look.
  WorkerUse look_until(const auto& wanted, int keepers = 0) const {
    WorkerUse use;
    for (int i = 0; i < 10'000 && !wanted(use); ++i) {
      use = read_use(pid_, keepers);
      std::this_thread::sleep_for(milliseconds(1));
    }
    return use;
  }

 private:
  pid_t pid_;
};

TEST(ReadUse, CountsTheTimeOfAllDescendants) {
  const Child child([] {
    if (::fork() == 0)
      for (volatile bool forever = true; forever;) continue;
  });
  const auto ran = [](const WorkerUse& use) {
    double sum = 0;
    for (const auto& [id, thread] : use) sum += thread.ran_ns;
    return sum > 50 * kMs;
  };
  const auto use = child.look_until(ran);
  EXPECT_EQ(use.size(), 2u);
  EXPECT_TRUE(ran(use));
  for (const auto& [id, thread] : use)
    if (id != child.pid()) ::kill(id, SIGKILL);
}

TEST(ReadUse, SeesWhoWasStoppedAndWhoStoppedItself) {
  const Child stopped([] {}), stops([] { ::raise(SIGSTOP); });
  ::kill(stopped.pid(), SIGSTOP);
  const auto is = [](const Child& child, char state) {
    return [&child, state](const WorkerUse& use) {
      const auto found = use.find(child.pid());
      return found != use.end() && found->second.state == state;
    };
  };
  EXPECT_TRUE(is(stopped, 'T')(stopped.look_until(is(stopped, 'T'))));
  EXPECT_TRUE(is(stopped, 'S')(stopped.look_until(is(stopped, 'S'), 1))) << "a keeper";
  int status = 0;
  ASSERT_EQ(::waitpid(stops.pid(), &status, WUNTRACED), stops.pid());
  ASSERT_TRUE(WIFSTOPPED(status));
  EXPECT_TRUE(is(stops, 'S')(stops.look_until(is(stops, 'S'))));
}

TEST(ReadUse, NobodyIsNobody) {
  EXPECT_TRUE(read_use(1 << 30, 0).empty());
}

}  // namespace
}  // namespace convgauge::worker
