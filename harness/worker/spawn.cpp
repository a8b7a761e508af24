#include "worker/spawn.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "core/layers.hpp"
#include "worker/child.hpp"

namespace convgauge::worker {
namespace {

struct Pipe {
  Descriptor read, write;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    throw std::system_error(errno, std::generic_category(), "pipe");
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

std::vector<std::string> environment(const WorkerOptions& options) {
  // Not inherited: verbose modes, because they write to standard output, and thread settings, which
  // the harness sets.
  static constexpr std::array dropped{
      "OMP_NUM_THREADS=", "OMP_DYNAMIC=",  "OMP_PROC_BIND=", "GOMP_CPU_AFFINITY=",
      "OMP_PLACES=",      "DNNL_VERBOSE=", "ONEDNN_VERBOSE="};
  std::vector<std::string> list;
  std::string library_path;
  for (char** entry = ::environ; *entry; ++entry) {
    const std::string_view text(*entry);
    if (std::any_of(dropped.begin(), dropped.end(),
                    [&](const char* key) { return text.starts_with(key); }))
      continue;
    if (text.starts_with("LD_LIBRARY_PATH="))
      library_path = text.substr(text.find('=') + 1);
    else
      list.emplace_back(text);
  }
  if (!options.library_path.empty())
    library_path = options.library_path.string() + (library_path.empty() ? "" : ":" + library_path);
  if (!library_path.empty()) list.push_back("LD_LIBRARY_PATH=" + library_path);
  list.push_back(fmt::format("OMP_NUM_THREADS={}", options.threads));
  list.emplace_back("OMP_DYNAMIC=false");
  // Spinning makes sense only for measurements: on busy cores it made the gate suite ten times
  // slower (49 s instead of 4 s).
  if (!options.timed && !std::getenv("OMP_WAIT_POLICY"))
    list.emplace_back("OMP_WAIT_POLICY=passive");
  return list;
}

std::vector<std::string> arguments(const WorkerOptions& options) {
  std::vector<std::string> list{"convgauge", "worker", "--plugin", options.plugin};
  if (!options.cpus.empty()) {
    list.emplace_back("--cpus");
    list.push_back(fmt::format("{}", fmt::join(options.cpus, ",")));
  }
  return list;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (auto& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

/// posix_spawn's file actions: each dup2 clears close-on-exec on its target.
class FileActions {
 public:
  FileActions() { ::posix_spawn_file_actions_init(&actions_); }
  ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  void move(int from, int to) { ::posix_spawn_file_actions_adddup2(&actions_, from, to); }
  void open_null(int to) {
    ::posix_spawn_file_actions_addopen(&actions_, to, "/dev/null", O_RDONLY, 0);
  }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

/// dup2 in the child must not overwrite a descriptor that a later dup2 reads: all sources are moved
/// above the targets.
Descriptor lift(int descriptor) {
  constexpr int kAboveTargets = 64;
  return Descriptor(::fcntl(descriptor, F_DUPFD_CLOEXEC, kAboveTargets));
}

/// Starts the worker with these file actions, as the leader of its own process group.
pid_t start(const WorkerOptions& options, const FileActions& actions) {
  posix_spawnattr_t attributes{};
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  auto arguments_text = arguments(options), environment_text = environment(options);
  const auto argv = pointers(arguments_text), envp = pointers(environment_text);
  pid_t pid = -1;
  const int failed = ::posix_spawn(&pid, options.executable.c_str(), actions.get(), &attributes,
                                   argv.data(), envp.data());
  ::posix_spawnattr_destroy(&attributes);
  if (failed) throw std::system_error(failed, std::generic_category(), options.executable.string());
  return pid;
}

}  // namespace

Spawned spawn_worker(const WorkerOptions& options, int crash, int arena) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  std::array<int, 2> sockets{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets.data()) != 0)
    throw std::system_error(errno, std::generic_category(), "socketpair");
  Spawned spawned;
  spawned.socket = Descriptor(sockets[0]);
  const Descriptor theirs(sockets[1]);
  auto status = make_pipe(), output = make_pipe(), errors = make_pipe();
  const std::pair<int, int> moves[] = {
      {output.write.get(), STDOUT_FILENO}, {errors.write.get(), STDERR_FILENO},
      {theirs.get(), kSocketDescriptor},   {crash, kCrashDescriptor},
      {arena, kArenaDescriptor},           {status.write.get(), kStatusDescriptor}};
  FileActions actions;
  actions.open_null(STDIN_FILENO);
  std::vector<Descriptor> lifted;
  for (const auto& [from, to] : moves) actions.move(lifted.emplace_back(lift(from)).get(), to);
  spawned.pid = start(options, actions);
  spawned.status = std::move(status.read);
  spawned.output = std::move(output.read);
  spawned.errors = std::move(errors.read);
  for (const auto* stream : {&spawned.output, &spawned.errors, &spawned.status})
    ::fcntl(stream->get(), F_SETFL, O_NONBLOCK);
  return spawned;
}

}  // namespace convgauge::worker
