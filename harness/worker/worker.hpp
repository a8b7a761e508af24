// A worker process, seen from the driver: spawned, called, stopped, continued, killed; its end
// turned into a verdict.
#pragma once
#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "core/expected.hpp"
#include "core/layers.hpp"
#include "verify/verdict.hpp"
#include "worker/arena.hpp"
#include "worker/crash_box.hpp"
#include "worker/messages.hpp"
#include "worker/spawn.hpp"
#include "worker/time_limit.hpp"
#include "worker/warden.hpp"

namespace convgauge::worker {

/// The reply, or the verdict that follows from what happened instead.
template <class T>
using CallResult = tl::expected<T, Verdict>;

/// The verdict in place of a reply; empty where there is a reply.
template <class T>
std::optional<Verdict> trouble_of(const CallResult<T>& outcome) {
  return outcome ? std::nullopt : std::optional(outcome.error());
}

/// Looks at a worker from time to time while its answer is awaited.
class Patience;

/// The beginning and the end of a long text: a report starts with what happened, and a log ends
/// with it.
class KeptText {
 public:
  void add(std::string_view more);
  std::uint64_t bytes() const { return bytes_; }
  /// The text; between its two kept parts, how many bytes were left out.
  std::string text() const;

 private:
  std::string head_, tail_;
  std::uint64_t bytes_ = 0;
};

/// [the driver's one thread]
class Worker {
 public:
  /// Where the machine denies what a worker needs, the verdict on every case: is_denied().
  static CallResult<std::unique_ptr<Worker>> spawn(const WorkerOptions& options);
  /// Kills the worker and all processes that it left.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Sends the request and waits for its reply. Instead of a reply, the verdict: Refused or Failed,
  /// as the worker answered; Refused (memory) where the system killed the worker for want of
  /// memory; Failed (R15, R16) where the plugin wrote to standard output or to the socket, or the
  /// reply is that of another request; Died, TimedOut, Trespass, Failed or Unjudged where the
  /// worker ended or was killed: alive() is false then. A stopped worker is continued first.
  /// `limit`: of the time that the worker can use (TimeLimit): TimedOut where it used that up,
  /// Unjudged where the machine did not let it, for TimeLimit::kPatience times the limit.
  template <class Request>
  CallResult<ReplyOf<Request>> call(const Request& request, std::chrono::milliseconds limit);

  /// Closes the socket and lets the worker end by itself. Returns whether it left processes behind
  /// (R17), which are killed. An error where it does not end.
  Expected<bool> finish();

  /// Stops or continues the whole process group but the warden, spinning threads included
  /// (measured: 7-10 us for the pair of signals).
  void stop();
  void resume();
  bool alive() const { return pid_ > 0 || thread_.joinable(); }
  /// Distinguishes a worker from the one that replaced it; -1 in process.
  pid_t pid() const { return pid_; }
  Arena& arena() { return arena_; }
  /// By the kernel's counts, which a plugin cannot change; empty where they are not known.
  std::optional<CpuTime> cpu_time();
  /// Processors beyond those that it was given (WorkerOptions::cpus) on which one of its threads
  /// may run; empty where it was given all, or where it is not known.
  std::vector<int> other_processors();

 private:
  Worker() = default;
  void start(const WorkerOptions& options);
  void start_in_process(const WorkerOptions& options);
  CallResult<AnyReply> exchange(const AnyRequest& request, std::chrono::milliseconds limit);
  /// The verdict on a worker that took too long, which is killed.
  Verdict late(std::chrono::milliseconds limit, const Patience& patience);
  /// The verdict on a worker that closed its socket.
  Verdict ended();
  Verdict how_it_died(const WorkerEnd& end, const std::string& stage);
  int keepers();
  std::optional<WorkerStart> read_start();
  /// Refused, where SIGKILL ended the worker and the system has killed for want of memory since the
  /// call began: that is no death of the plugin's own.
  std::optional<Verdict> ran_out_of_memory(int signal, std::int64_t peak_bytes) const;
  /// R16: something other than a reply arrived on the socket. The worker is killed.
  Verdict not_a_reply(const std::string& why);
  bool drain(int descriptor, KeptText& kept);
  /// R15, where the plugin wrote to standard output.
  std::optional<Verdict> wrote_to_output();
  CallResult<AnyReply> read_reply(const std::string& message);
  /// Waits for the warden's report of the worker's end.
  struct EndReport {
    std::optional<WorkerEnd> end;
    std::string kept_waiting{};  // why there is none, where that is not the worker's fault
  };
  EndReport read_end();
  /// The signal that ended the warden before it could report the worker's end; 0: none. A plugin
  /// may kill its whole process group.
  int wardens_signal();
  void kill_all();

  Arena arena_;
  CrashBox box_;
  Descriptor socket_, status_, output_, errors_;
  std::filesystem::path scratch_;  // ContainedFolders::scratch
  pid_t pid_ = -1;
  std::thread thread_;  // where the worker runs in this process
  bool stopped_ = false, may_print_ = false;
  int processors_ = 1;     // that the worker may use
  std::vector<int> cpus_;  // as WorkerOptions has them
  std::optional<WorkerStart> start_;
  friend class Patience;
  KeptText output_text_, error_text_;
  std::optional<std::int64_t> kills_before_;  // out_of_memory_kills() as the call began
};

template <class Request>
CallResult<ReplyOf<Request>> Worker::call(const Request& request, std::chrono::milliseconds limit) {
  auto reply = exchange(request, limit);
  if (!reply) return tl::unexpected(std::move(reply.error()));
  if (auto* wanted = std::get_if<ReplyOf<Request>>(&*reply)) return std::move(*wanted);
  if (auto* refused = std::get_if<Refused>(&*reply))
    return tl::unexpected<Verdict>(std::move(*refused));
  if (auto* failed = std::get_if<Failed>(&*reply))
    return tl::unexpected<Verdict>(std::move(*failed));
  return tl::unexpected(not_a_reply("what arrived answers another request"));
}

/// 10 s and ten times what a backend of 0.5 GFLOP/s would take: no real backend is slower (naive
/// loops reach 1 to 2).
std::chrono::milliseconds default_timeout(std::int64_t flops);

}  // namespace convgauge::worker
