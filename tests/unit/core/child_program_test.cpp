#include "core/child_program.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include <thread>

#include "core/files.hpp"
#include "core/layers.hpp"

namespace convgauge {
namespace {

TEST(ChildProgram, KeepsWhatItWrites) {
  const auto ended = run_program({{"sh", "-c", "echo out; echo err >&2; exit 3"}, {}, false});
  ASSERT_TRUE(ended) << ended.error().message;
  EXPECT_EQ(ended->exit_code, 3);
  EXPECT_EQ(ended->output, "out\n");
  EXPECT_EQ(ended->errors, "err\n");
}

TEST(ChildProgram, MixesBothAsATerminalDoes) {
  const auto ended = run_program({{"sh", "-c", "echo out; echo err >&2; echo more"}, {}, true});
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->output, "out\nerr\nmore\n");
  EXPECT_EQ(ended->errors, "");
}

TEST(ChildProgram, TakesMoreThanAPipeHolds) {
  const auto ended = run_program({{"head", "-c", "3000000", "/dev/zero"}, {}, false});
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->output.size(), 3'000'000U);
}

TEST(ChildProgram, EndsItsWholeGroupAtTheLimit) {
  const auto ended =
      run_program({{"sh", "-c", "sleep 100 & echo $!; wait"}, std::chrono::seconds(1), false});
  ASSERT_TRUE(ended);
  EXPECT_TRUE(ended->timed_out);
  EXPECT_EQ(ended->signal, SIGKILL);
  // Killed too; it may stay a zombie until its new parent has looked.
  const auto sleeper = std::stol(ended->output);
  const auto is_alive = [&] {
    const auto line = first_line("/proc/" + std::to_string(sleeper) + "/stat");
    return !line.empty() && line.find(") Z") == std::string::npos;
  };
  for (int i = 0; i < 100 && is_alive(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_FALSE(is_alive());
}

TEST(ChildProgram, NamesTheSignal) {
  const auto ended = run_program({{"sh", "-c", "kill -ABRT $$"}, {}, false});
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->signal, SIGABRT);
  EXPECT_EQ(ended->exit_code, 128 + SIGABRT);
}

TEST(ChildProgram, SaysWhyItCannotStart) {
  const auto ended = run_program({{"/nowhere/program"}, {}, false});
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().message,
            "/nowhere/program: cannot be started: No such file or directory");
}

}  // namespace
}  // namespace convgauge
