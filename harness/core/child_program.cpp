#include "core/child_program.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <thread>

#include "core/layers.hpp"

extern char** environ;

namespace convgauge {
namespace {

using std::chrono::milliseconds;
using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

/// A file without a name, which the child writes into: it can never block, as a pipe would.
File temporary() {
  return {std::tmpfile(), std::fclose};
}

std::string contents(std::FILE* file) {
  std::string text;
  std::array<char, 65536> part{};
  std::rewind(file);
  while (const auto got = std::fread(part.data(), 1, part.size(), file))
    text.append(part.data(), got);
  return text;
}

/// The process id, or what starting it gave.
Expected<pid_t> start(const ProgramOrder& order, int output, int errors) {
  std::vector<char*> arguments;
  for (const auto& word : order.words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  if (order.limit) {
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setpgroup(&attributes, 0);
  }
  pid_t child = 0;
  const int failed = ::posix_spawnp(&child, order.words[0].c_str(), &actions, &attributes,
                                    arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (failed)
    return error(fmt::format("{}: cannot be started: {}", order.words[0], std::strerror(failed)));
  return child;
}

/// Waits, for no longer than the limit; true where it was killed then.
Expected<bool> wait_for(pid_t child, const ProgramOrder& order, int& status) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  bool killed = false;
  while (true) {
    const bool looks = order.limit && !killed;
    const auto ended = ::waitpid(child, &status, looks ? WNOHANG : 0);
    if (ended == child) return killed;
    if (ended < 0 && errno != EINTR)
      return error(fmt::format("{}: {}", order.words[0], std::strerror(errno)));
    if (!looks) continue;
    if (Clock::now() - start >= *order.limit) {
      ::kill(-child, SIGKILL);
      killed = true;
    } else {
      std::this_thread::sleep_for(milliseconds(5));
    }
  }
}

}  // namespace

Expected<ProgramResult> run_program(const ProgramOrder& order) {
  const auto output = temporary(), errors = temporary();
  if (!output || !errors)
    return error(fmt::format("no temporary file for {}: {}", order.words[0], std::strerror(errno)));
  const auto child = start(order, ::fileno(output.get()),
                           ::fileno((order.errors_into_output ? output : errors).get()));
  if (!child) return tl::unexpected(child.error());
  int status = 0;
  const auto killed = wait_for(*child, order, status);
  if (!killed) return tl::unexpected(killed.error());
  ProgramResult result;
  result.timed_out = *killed;
  result.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  result.exit_code = result.signal ? 128 + result.signal : WEXITSTATUS(status);
  result.output = contents(output.get());
  result.errors = contents(errors.get());
  return result;
}

}  // namespace convgauge
