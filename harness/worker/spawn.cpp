#include "worker/spawn.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <iterator>
#include <span>

#include "core/layers.hpp"
#include "reference/cache.hpp"
#include "worker/child.hpp"
#include "worker/machine_trouble.hpp"

namespace convgauge::worker {
namespace {

struct Pipe {
  Descriptor read, write;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw MachineTrouble("pipe2", errno);
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

/// Where libraries keep what they compile: without these, in the user's home.
constexpr const char* kScratchVariables[] = {"TMPDIR=",
                                             "XDG_CACHE_HOME=",
                                             "MESA_SHADER_CACHE_DIR=",
                                             "__GL_SHADER_DISK_CACHE_PATH=",
                                             "CUDA_CACHE_PATH=",
                                             "TRITON_CACHE_DIR="};

std::vector<std::string> environment(const WorkerOptions& options,
                                     const std::filesystem::path& scratch) {
  // Not inherited: thread settings, which the harness sets, and verbose modes, because they write
  // to standard output, unless that is tolerated.
  std::vector<const char*> dropped{
      "OMP_NUM_THREADS=", "OMP_DYNAMIC=", "OMP_PROC_BIND=", "GOMP_CPU_AFFINITY=", "OMP_PLACES="};
  if (!scratch.empty())
    dropped.insert(dropped.end(), std::begin(kScratchVariables), std::end(kScratchVariables));
  if (!options.tolerates(Tolerable::R15))
    dropped.insert(dropped.end(), {"DNNL_VERBOSE=", "ONEDNN_VERBOSE="});
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
  if (!scratch.empty())
    for (const char* variable : kScratchVariables) list.push_back(variable + scratch.string());
  list.push_back(fmt::format("OMP_NUM_THREADS={}", options.threads));
  list.emplace_back("OMP_DYNAMIC=false");
  // Spinning makes sense only for measurements: on busy cores it made the gate suite ten times
  // slower (49 s instead of 4 s).
  if (!options.timed && !std::getenv("OMP_WAIT_POLICY"))
    list.emplace_back("OMP_WAIT_POLICY=passive");
  return list;
}

std::vector<std::string> arguments(const WorkerOptions& options,
                                   const std::filesystem::path& scratch) {
  std::vector<std::string> list{"convgauge",    "worker",    "--plugin",
                                options.plugin, "--threads", std::to_string(options.threads)};
  if (!scratch.empty()) {
    list.insert(list.end(), {"--scratch", scratch.string()});
    if (const auto cache = reference::cache_folder())
      list.insert(list.end(), {"--hidden", std::filesystem::absolute(*cache).string()});
  }
  if (options.tolerates(Tolerable::R14))
    list.insert(list.end(), {"--tolerate", std::string(word(Tolerable::R14))});
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

/// What the new process does before it becomes the worker, and where it tells what failed.
struct Start {
  const char* program;
  char *const *arguments, *const *environment;
  std::span<const std::pair<int, int>> descriptors;  // (ours, theirs)
  const char* denied = nullptr;
  int error = 0;
};

/// dup2() must not overwrite a descriptor that a later one reads: all sources are moved above the
/// targets first.
constexpr int kAboveTargets = kStatusDescriptor + 1;

bool move_descriptors(Start& start) {
  std::array<int, 8> lifted{};
  for (std::size_t i = 0; i < start.descriptors.size(); ++i)
    if (lifted[i] = ::fcntl(start.descriptors[i].first, F_DUPFD_CLOEXEC, kAboveTargets);
        lifted[i] < 0)
      return start.denied = "fcntl(F_DUPFD)", false;
  for (std::size_t i = 0; i < start.descriptors.size(); ++i)
    if (::dup2(lifted[i], start.descriptors[i].second) < 0) return start.denied = "dup2", false;
  return true;
}

/// Signals that this process inherited as blocked or ignored must not reach a plugin like that: a
/// blocked SIGSEGV would kill it without the place of the fault.
void reset_signals() {
  for (int signal = 1; signal < NSIG; ++signal) ::signal(signal, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// Runs in the memory of the driver, whose thread waits (vfork): system calls only.
[[noreturn, gnu::noinline]] void become_worker(Start& start) {
  reset_signals();
  // A session of its own is a group of its own, and has no terminal.
  if (::setsid() < 0 && ::setpgid(0, 0) != 0)
    start.denied = "setpgid";
  else if (move_descriptors(start)) {
    ::execve(start.program, start.arguments, start.environment);
    start.denied = "starting a worker by execve";
  }
  start.error = errno;
  ::_exit(127);
}

/// Starts the worker as the leader of its own process group. vfork, because fork would copy the
/// page tables of a driver that holds gigabytes, and because posix_spawn does not tell what failed
/// and needs clone3, which containers deny.
pid_t start(const WorkerOptions& options, const std::filesystem::path& scratch,
            std::span<const std::pair<int, int>> descriptors) {
  auto arguments_text = arguments(options, scratch);
  auto environment_text = environment(options, scratch);
  const auto argv = pointers(arguments_text), envp = pointers(environment_text);
  Start start{options.executable.file.c_str(), argv.data(), envp.data(), descriptors};
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = ::vfork();
  if (pid == 0) become_worker(start);
  const int error = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (pid < 0) throw MachineTrouble("vfork", error);
  if (!start.denied) return pid;
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  throw MachineTrouble(start.denied, start.error);
}

}  // namespace

Spawned spawn_worker(const WorkerOptions& options, const std::filesystem::path& scratch, int crash,
                     int arena) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  // The plugin runs as the same user, and would else write into this memory by /proc/PID/mem.
  ::prctl(PR_SET_DUMPABLE, 0);
  std::array<int, 2> sockets{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets.data()) != 0)
    throw MachineTrouble("socketpair", errno);
  Spawned spawned;
  spawned.socket = Descriptor(sockets[0]);
  const Descriptor theirs(sockets[1]);
  auto status = make_pipe(), output = make_pipe(), errors = make_pipe();
  const Descriptor null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (!null) throw MachineTrouble("opening /dev/null", errno);
  const std::pair<int, int> descriptors[] = {{null.get(), STDIN_FILENO},
                                             {output.write.get(), STDOUT_FILENO},
                                             {errors.write.get(), STDERR_FILENO},
                                             {theirs.get(), kSocketDescriptor},
                                             {crash, kCrashDescriptor},
                                             {arena, kArenaDescriptor},
                                             {status.write.get(), kStatusDescriptor}};
  spawned.pid = start(options, scratch, descriptors);
  spawned.status = std::move(status.read);
  spawned.output = std::move(output.read);
  spawned.errors = std::move(errors.read);
  for (const auto* stream : {&spawned.output, &spawned.errors, &spawned.status})
    ::fcntl(stream->get(), F_SETFL, O_NONBLOCK);
  return spawned;
}

}  // namespace convgauge::worker
