#include "worker/worker.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "core/layers.hpp"
#include "core/system_memory.hpp"
#include "core/text.hpp"
#include "worker/channel.hpp"
#include "worker/child.hpp"
#include "worker/machine_trouble.hpp"
#include "worker/warden.hpp"

namespace convgauge::worker {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kKeptHead = 2048, kKeptTail = 2048;  // bytes of each stream
// For a dying worker's status to arrive: to give back 16 GiB alone takes some seconds.
constexpr milliseconds kGrace{5'000};
// For the warden of a killed worker to reap what is left: it ends as soon as that is done.
constexpr milliseconds kReaping{10'000};

}  // namespace

/// Looks at a worker from time to time while its answer is awaited.
class Patience {
 public:
  Patience(Worker& worker, milliseconds limit)
      : worker_(worker), limit_(limit, worker.processors_) {}

  /// Until the next look; -1, for ever, where the worker is a thread of this process.
  int wait_ms() const {
    if (worker_.thread_.joinable()) return -1;
    const auto left = std::chrono::ceil<milliseconds>(last_ + limit_.step() - Clock::now());
    return static_cast<int>(std::max<std::int64_t>(0, left.count()));
  }
  /// Looks, where it is time to. False where the worker is out of time.
  bool lasts() {
    const auto now = Clock::now();
    if (worker_.thread_.joinable() || now < last_ + limit_.step()) return true;
    state_ =
        limit_.look(now - std::exchange(last_, now), read_use(worker_.pid_, worker_.keepers()));
    return state_ == TimeLimit::State::within;
  }
  bool kept_waiting() const { return state_ == TimeLimit::State::kept_waiting; }
  std::string account() const { return limit_.account(); }

 private:
  Worker& worker_;
  TimeLimit limit_;
  Clock::time_point last_ = Clock::now();
  TimeLimit::State state_ = TimeLimit::State::within;
};

milliseconds default_timeout(std::int64_t flops) {
  constexpr double kSlowest = 0.5e9, kFactor = 10;  // flop/s
  // Two spinning OpenMP threads on two cores at a load average of 9 took up to 2.7 s for 0.5 Mflop
  // (oneDNN 2.6; 3 of 25 runs took more than 2 s): a busy machine must not look like a hang.
  constexpr std::int64_t kLeastMs = 10'000;
  return milliseconds(
      kLeastMs + static_cast<std::int64_t>(static_cast<double>(flops) / kSlowest * kFactor * 1000));
}

void KeptText::add(std::string_view more) {
  bytes_ += more.size();
  const auto first = std::min(more.size(), kKeptHead - head_.size());
  head_ += more.substr(0, first);
  tail_ += more.substr(first);
  if (tail_.size() > kKeptTail) tail_.erase(0, tail_.size() - kKeptTail);
}

std::string KeptText::text() const {
  const auto left_out = bytes_ - head_.size() - tail_.size();
  return head_ + (left_out ? fmt::format("\n[{} bytes left out]\n", left_out) : "") + tail_;
}

CallResult<std::unique_ptr<Worker>> Worker::spawn(const WorkerOptions& options) {
  try {
    std::unique_ptr<Worker> worker(new Worker);
    worker->start(options);
    return worker;
  } catch (const MachineTrouble& trouble) {
    return tl::unexpected<Verdict>(trouble.verdict());
  }
}

void Worker::start(const WorkerOptions& options) {
  may_print_ = options.tolerates(Tolerable::R15);
  if (options.in_process) return start_in_process(options);
  cpus_ = options.cpus;
  processors_ = static_cast<int>(options.cpus.empty() ? std::thread::hardware_concurrency()
                                                      : options.cpus.size());
  if (!options.executable.trusted) scratch_ = scratch_name();
  auto spawned = spawn_worker(options, scratch_, box_.descriptor(), arena_.descriptor());
  pid_ = spawned.pid;
  socket_ = std::move(spawned.socket);
  status_ = std::move(spawned.status);
  output_ = std::move(spawned.output);
  errors_ = std::move(spawned.errors);
  kills_before_ = out_of_memory_kills();
}

void Worker::start_in_process(const WorkerOptions& options) {
  std::array<int, 2> sockets{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets.data()) != 0)
    throw MachineTrouble("socketpair", errno);
  socket_ = Descriptor(sockets[0]);
  const ChildDescriptors theirs{sockets[1], ::dup(box_.descriptor()), ::dup(arena_.descriptor())};
  thread_ = std::thread(
      [child =
           ChildOptions{options.plugin, options.cpus, 1, {}, 0, options.tolerates(Tolerable::R14)},
       theirs] { run_in_process(child, theirs); });
}

Worker::~Worker() {
  kill_all();
}

void Worker::kill_all() {
  if (thread_.joinable()) {
    socket_.reset();
    thread_.join();
  }
  if (pid_ <= 0) return;
  // The warden removes what the worker left, and ends.
  ::kill(pid_, SIGCONT);
  ::kill(pid_, signal_to_end());
  pollfd status{status_.get(), 0, 0};
  if (::poll(&status, 1, static_cast<int>(kReaping.count())) > 0) ::waitpid(pid_, nullptr, 0);
  ::kill(-pid_, SIGKILL);
  // When the warden is gone, the init of the namespace becomes a child of this process. It ends
  // only after all other processes of the namespace.
  while (::waitpid(-pid_, nullptr, 0) > 0 || errno == EINTR) {
  }
  pid_ = -1;
  remove_scratch_folder(scratch_);
}

void Worker::stop() {
  if (pid_ <= 0 || stopped_) return;
  ::kill(-pid_, SIGSTOP);
  ::kill(pid_, SIGCONT);  // the warden, which must notice the end of this process
  stopped_ = true;
}

void Worker::resume() {
  if (pid_ <= 0 || !stopped_) return;
  ::kill(-pid_, SIGCONT);
  stopped_ = false;
}

bool Worker::drain(int descriptor, KeptText& kept) {
  std::array<char, 65536> chunk;
  const auto got = ::read(descriptor, chunk.data(), chunk.size());
  if (got <= 0) return got < 0 && errno == EAGAIN;
  kept.add({chunk.data(), static_cast<std::size_t>(got)});
  return true;
}

CallResult<AnyReply> Worker::exchange(const AnyRequest& request, milliseconds limit) {
  if (!alive()) return tl::unexpected<Verdict>(Failed{"harness: the worker is gone"});
  resume();
  Patience patience(*this, limit);
  Inbox inbox;
  if (!send_message(socket_.get(), wire::pack(request))) return tl::unexpected(ended());
  for (;;) {
    std::array<pollfd, 3> wait{
        pollfd{socket_.get(), POLLIN, 0}, {output_.get(), POLLIN, 0}, {errors_.get(), POLLIN, 0}};
    const int ready = ::poll(wait.data(), wait.size(), patience.wait_ms());
    if (ready <= 0) {
      if (!patience.lasts()) return tl::unexpected(late(limit, patience));
      continue;  // a signal, or the time for a look
    }
    if (wait[1].revents && !drain(output_.get(), output_text_)) output_.reset();
    if (wait[2].revents && !drain(errors_.get(), error_text_)) errors_.reset();
    if (!wait[0].revents) {
      if (!patience.lasts()) return tl::unexpected(late(limit, patience));
      continue;
    }
    switch (inbox.read(socket_.get())) {
      case Inbox::State::waiting:
        continue;
      case Inbox::State::complete:
        kills_before_ = out_of_memory_kills();
        return read_reply(inbox.take());
      case Inbox::State::closed:
        return tl::unexpected(ended());
      case Inbox::State::garbage:
        return tl::unexpected(not_a_reply("what arrived is no message"));
    }
  }
}

std::optional<Verdict> Worker::wrote_to_output() {
  pollfd output{output_.get(), POLLIN, 0};
  while (output_ && ::poll(&output, 1, 0) > 0 && (output.revents & POLLIN) &&
         drain(output_.get(), output_text_)) {
  }
  if (output_text_.bytes() == 0) return std::nullopt;
  const auto wrote = std::exchange(output_text_, {});
  if (may_print_) return std::nullopt;
  return broken(Rule::R15, fmt::format("wrote {} bytes to standard output: '{}'", wrote.bytes(),
                                       wrote.text()));
}

CallResult<AnyReply> Worker::read_reply(const std::string& message) {
  if (auto bad = wrote_to_output()) return tl::unexpected(std::move(*bad));
  auto reply = wire::unpack<AnyReply>(message);
  if (!reply) return tl::unexpected(not_a_reply(reply.error().message));
  // The next case gets a fresh worker; what a plugin left running must not run beside it.
  const auto* refused = std::get_if<Refused>(&*reply);
  if (refused && refused->reason == RefusalReason::machine) kill_all();
  if (auto* failed = std::get_if<Failed>(&*reply);
      failed && (failed->device_lost || failed->rule == Rule::R17)) {
    kill_all();
    failed->device_lost = false;
  }
  return std::move(*reply);
}

Verdict Worker::not_a_reply(const std::string& why) {
  kill_all();
  return broken(Rule::R16, fmt::format("wrote to a descriptor that is not the plugin's: {}", why));
}

/// The warden's first report, where it has arrived.
std::optional<WorkerStart> Worker::read_start() {
  WorkerStart start{};
  if (!start_ && ::read(status_.get(), &start, sizeof start) == ssize_t{sizeof start})
    start_ = start;
  return start_;
}

/// How many generations of processes below this one are the harness's own: the warden, and the init
/// of the worker's namespace.
int Worker::keepers() {
  const auto start = read_start();
  return start && start->pid == 0 ? 2 : 1;
}

std::optional<CpuTime> Worker::cpu_time() {
  if (pid_ <= 0 || !read_start()) return std::nullopt;
  return read_cpu_time(processes_of(pid_, keepers()));
}

std::vector<int> Worker::other_processors() {
  std::set<int> others;
  // The warden may have had no time yet to say which processes are the worker's.
  if (pid_ <= 0 || cpus_.empty() || !read_start()) return {};
  for (const auto process : processes_of(pid_, keepers()))
    for (const auto& thread : threads_of(process)) {
      cpu_set_t allowed;
      CPU_ZERO(&allowed);
      if (::sched_getaffinity(thread, sizeof allowed, &allowed) != 0) continue;
      for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
        if (CPU_ISSET(cpu, &allowed) && std::find(cpus_.begin(), cpus_.end(), cpu) == cpus_.end())
          others.insert(cpu);
    }
  return {others.begin(), others.end()};
}

Worker::EndReport Worker::read_end() {
  Patience patience(*this, kGrace);
  for (;;) {
    pollfd status{status_.get(), POLLIN, 0};
    if (::poll(&status, 1, patience.wait_ms()) > 0) {
      const bool knew_start = start_.has_value();
      WorkerEnd end{};
      if (!knew_start && read_start()) continue;
      if (::read(status_.get(), &end, sizeof end) == ssize_t{sizeof end}) return {end};
      return {};
    }
    if (!patience.lasts()) return {{}, patience.kept_waiting() ? patience.account() : ""};
  }
}

Expected<bool> Worker::finish() {
  if (!alive()) return error("the worker is gone");
  resume();
  socket_.reset();
  const auto report = read_end();
  kill_all();
  if (!report.kept_waiting.empty())
    return error(fmt::format("the worker did not end, but {}", report.kept_waiting));
  if (!report.end) return error("the worker did not end when the driver hung up");
  return report.end->left_processes != 0;
}

int Worker::wardens_signal() {
  // It ends soon after the init of its namespace.
  for (auto left = kGrace; pid_ > 0 && left.count() >= 0; left -= milliseconds(1)) {
    int status = 0;
    const auto ended = ::waitpid(pid_, &status, WNOHANG);
    if (ended != 0) return ended > 0 && WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    std::this_thread::sleep_for(milliseconds(1));
  }
  return 0;
}

std::optional<Verdict> Worker::ran_out_of_memory(int signal, std::int64_t peak_bytes) const {
  constexpr double kGiB = 1 << 30;
  if (signal != SIGKILL || !kills_before_ || out_of_memory_kills() <= kills_before_)
    return std::nullopt;
  const auto held = peak_bytes > 0 ? fmt::format(", which held {:.3g} GiB at most",
                                                 static_cast<double>(peak_bytes) / kGiB)
                                   : std::string();
  return Refused{RefusalReason::memory,
                 fmt::format("memory ran out during {}: the system killed the worker{}",
                             stage_word(box_.page().stage), held)};
}

Verdict Worker::late(milliseconds limit, const Patience& patience) {
  const auto stage = stage_word(box_.page().stage);
  kill_all();
  if (!patience.kept_waiting()) return TimedOut{limit, stage};
  return Unjudged{fmt::format("during {} {}", stage, patience.account())};
}

Verdict Worker::ended() {
  const auto stage = stage_word(box_.page().stage);
  const auto report = read_end();
  while (errors_ && drain(errors_.get(), error_text_)) {
    pollfd more{errors_.get(), POLLIN, 0};
    if (::poll(&more, 1, 0) <= 0) break;
  }
  const int group_signal = report.end ? 0 : wardens_signal();
  kill_all();
  if (auto verdict = ran_out_of_memory(group_signal, 0)) return *verdict;
  // The plugin sees neither the warden nor, as a process that can be killed, its init.
  const bool is_out_of_reach = start_ && start_->pid == 0;
  if (group_signal != 0 && is_out_of_reach)
    return Unjudged{fmt::format("another process sent {} to those that keep the worker, during {}",
                                signal_name(group_signal), stage)};
  if (group_signal != 0)
    return Died{
        group_signal, 0,
        fmt::format("{} to its whole process group during {}", signal_name(group_signal), stage),
        error_text_.text()};
  if (!report.kept_waiting.empty())
    return Unjudged{
        fmt::format("during {} it ended, but how is unknown: {}", stage, report.kept_waiting)};
  if (!report.end ||
      (WIFEXITED(report.end->wait_status) && WEXITSTATUS(report.end->wait_status) == kChannelLost))
    return Verdict(
        broken(Rule::R16,
               fmt::format("a descriptor that is not the plugin's was closed during {}", stage)));
  return how_it_died(*report.end, stage);
}

Verdict Worker::how_it_died(const WorkerEnd& end, const std::string& stage) {
  if (WIFEXITED(end.wait_status))
    return Died{0, WEXITSTATUS(end.wait_status),
                fmt::format("exited with status {} during {}", WEXITSTATUS(end.wait_status), stage),
                error_text_.text()};
  const int signal = WTERMSIG(end.wait_status);
  if (auto verdict = ran_out_of_memory(signal, end.peak_bytes)) return *verdict;
  const auto& page = box_.page();
  if (!page.faulted || page.signal != signal || signal == SIGABRT)
    return Died{signal, 0, fmt::format("{} during {}", signal_name(signal), stage),
                error_text_.text()};
  const auto place = explain_fault(page);
  if (place.rule) return Trespass{*place.rule, fmt::format("{}: {}", stage, place.sentence)};
  return Died{signal, 0,
              fmt::format("{} during {}: {}", signal_name(signal), stage, place.sentence),
              error_text_.text()};
}

}  // namespace convgauge::worker
