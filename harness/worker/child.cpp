#include "worker/child.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <iostream>
#include <latch>
#include <map>
#include <memory>

#include "core/blocks.hpp"
#include "core/layers.hpp"
#include "plugin/library.hpp"
#include "plugin/note.hpp"
#include "plugin/reference_backend.hpp"
#include "worker/channel.hpp"
#include "worker/fault_handler.hpp"
#include "worker/loaded.hpp"
#include "worker/plan_session.hpp"
#include "worker/process_state.hpp"

namespace convgauge::worker {
namespace {

template <class T>
AnyReply any_reply(Answer<T> answer) {
  if (answer) return std::move(*answer);
  return std::visit([](auto& trouble) -> AnyReply { return std::move(trouble); }, answer.error());
}

constexpr std::string_view kBuiltIn = "builtin:";

class Child {
 public:
  Child(const ChildOptions& options, const ChildDescriptors& descriptors, bool contained)
      : options_(options),
        descriptors_(descriptors),
        box_(descriptors.crash),
        contained_(contained) {
    if (contained_) install_fault_handlers(box_.page());
  }

  /// Never throws. Where the plugin changed the process (R14, R16, R17), that is the answer.
  AnyReply answer(const AnyRequest& request) {
    // Between two requests only the harness runs, so a state that was found unchanged is the start
    // of the next request too.
    if (!state_)
      state_.emplace(
          std::vector{0, 1, 2, descriptors_.socket, descriptors_.crash, descriptors_.arena});
    auto reply = reply_to(request);
    // What the plugin printed belongs to this request, and not to the one in which a buffer fills.
    std::fflush(nullptr);
    std::cout.flush();
    if (auto changed = state_->changes(options_.tolerates_state)) {
      state_.reset();
      // Where the plugin could not be loaded, the reason is a better answer than what loading it
      // changed.
      if (library_ || !std::holds_alternative<Failed>(reply)) {
        if (contained_) install_fault_handlers(box_.page());
        reply = std::move(*changed);
      }
    }
    enter(Stage::idle);
    return reply;
  }

 private:
  AnyReply reply_to(const AnyRequest& request) {
    try {
      return std::visit([this](const auto& r) { return any_reply(handle(r)); }, request);
    } catch (const MachineTrouble& trouble) {
      return trouble.verdict();
    } catch (const std::bad_alloc&) {
      // An exception of the plugin does not come here: its functions do not throw.
      return Refused{RefusalReason::memory, "the worker got no memory from the system"};
    }
  }

  void enter(Stage stage) { box_.page().stage = static_cast<std::uint32_t>(stage); }

  Answer<void> load() {
    if (library_) return {};
    enter(Stage::load);
    auto library = options_.plugin.starts_with(kBuiltIn)
                       ? Library::built_in(&reference_entry, options_.plugin)
                       : Library::open(options_.plugin);
    if (!library) return tl::unexpected(library.error());
    library_.emplace(std::move(*library));
    return {};
  }

  Answer<BackendInfo> describe_backend(const Backend& backend) {
    enter(Stage::describe);
    auto devices = backend.devices();
    if (!devices) return tl::unexpected(devices.error());
    auto options = backend.options();
    if (!options) return tl::unexpected(options.error());
    return BackendInfo{backend.name(),    backend.description(),    backend.version(),
                       devices->why_none, std::move(devices->list), std::move(*options)};
  }

  Answer<Description> handle(const Describe&) {
    if (auto ok = load(); !ok) return tl::unexpected(ok.error());
    Description description{library_->name(), library_->version(), {}, {}};
    for (const auto* table : library_->backends()) {
      auto info = describe_backend(Backend(table));
      if (!info) return tl::unexpected(info.error());
      description.backends.push_back(std::move(*info));
    }
    description.libraries = loaded_.news();
    return description;
  }

  Answer<Backend> find(const std::string& name) {
    if (auto ok = load(); !ok) return tl::unexpected(ok.error());
    for (const auto* table : library_->backends())
      if (name == table->name) return Backend(table);
    return failed(fmt::format("the plugin has no backend '{}'", name));
  }

  Answer<AlgorithmList> handle(const ListAlgorithms& r) {
    const auto backend = find(r.backend);
    if (!backend) return tl::unexpected(backend.error());
    // A device that is only described has algorithms, but query() refuses a plan on it. Where no
    // algorithms can be listed, the reason of query() is the better one.
    enter(Stage::algorithms);
    auto list = backend->algorithms(r.spec, r.settings);
    if (list) return AlgorithmList{std::move(*list)};
    enter(Stage::query);
    const auto ok = backend->query(r.spec, r.settings);
    return tl::unexpected(!ok && std::holds_alternative<Refused>(list.error()) ? ok.error()
                                                                               : list.error());
  }

  Answer<PlanOpened> handle(const OpenPlan& r) {
    const auto backend = find(r.backend);
    if (!backend) return tl::unexpected(backend.error());
    enter(Stage::query);
    const auto asked = backend->query(r.spec, r.settings);
    enter(Stage::plan_create);
    const auto start = std::chrono::steady_clock::now();
    auto plan = backend->plan(r.spec, r.settings);
    const double ns =
        std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start).count();
    if (!asked && plan) return broke(Rule::R3, "query refused what plan_create accepts");
    if (!asked) return tl::unexpected(asked.error());
    if (!plan && std::holds_alternative<Refused>(plan.error()))
      return broke(Rule::R3, fmt::format("query accepted what plan_create refuses: {}",
                                         std::get<Refused>(plan.error()).why));
    if (!plan) return tl::unexpected(plan.error());
    PlanOpened opened{next_plan_, plan->algorithm(), plan->requirements(), ns};
    plans_.emplace(next_plan_++,
                   std::make_unique<PlanSession>(*backend, r.settings, std::move(*plan),
                                                 descriptors_.arena, box_.page()));
    return opened;
  }

  template <class R>
  Answer<ReplyOf<R>> with_plan(const R& request, Answer<ReplyOf<R>> (PlanSession::*act)(const R&)) {
    const auto found = plans_.find(request.plan);
    if (found == plans_.end()) return failed(fmt::format("harness: no plan {}", request.plan));
    return (found->second.get()->*act)(request);
  }
  Answer<ReplyOf<VerifyRun>> handle(const VerifyRun& r) {
    return with_plan(r, &PlanSession::run_guarded);
  }
  Answer<ReplyOf<MeasureSetup>> handle(const MeasureSetup& r) {
    return with_plan(r, &PlanSession::set_up);
  }
  Answer<ReplyOf<Sample>> handle(const Sample& r) { return with_plan(r, &PlanSession::sample); }
  Answer<ReplyOf<MeasureCheck>> handle(const MeasureCheck& r) {
    return with_plan(r, &PlanSession::check);
  }
  Answer<ReplyOf<MeasureEnd>> handle(const MeasureEnd& r) {
    return with_plan(r, &PlanSession::end_measuring);
  }
  Answer<ReplyOf<CountAllocations>> handle(const CountAllocations& r) {
    return with_plan(r, &PlanSession::count_allocations);
  }
  Answer<ReplyOf<AskDetails>> handle(const AskDetails& r) {
    return with_plan(r, &PlanSession::details);
  }
  Answer<MoreLibraries> handle(const AskLibraries&) { return MoreLibraries{loaded_.news()}; }
  Answer<Done> handle(const AskOtherVersion&) {
    enter(Stage::load);
    if (options_.plugin.starts_with(kBuiltIn)) return Done{};
    if (auto ok = Library::refuses_other_versions(options_.plugin); !ok)
      return tl::unexpected(ok.error());
    return Done{};
  }
  Answer<Done> handle(const ClosePlan& r) {
    enter(Stage::plan_destroy);
    plans_.erase(r.plan);
    return Done{};
  }

  ChildOptions options_;
  ChildDescriptors descriptors_;
  CrashBox box_;
  bool contained_;
  std::optional<Library> library_;
  LoadedLibraries loaded_;
  std::optional<ProcessState> state_;
  std::map<std::uint32_t, std::unique_ptr<PlanSession>> plans_;
  std::uint32_t next_plan_ = 1;
};

void pin(const std::vector<int>& cpus) {
  if (cpus.empty()) return;
  cpu_set_t mask;
  CPU_ZERO(&mask);
  for (const int cpu : cpus) CPU_SET(cpu, &mask);
  ::sched_setaffinity(0, sizeof mask, &mask);
}

/// A library that gets no threads ends the process, which would look like its own fault.
void try_threads(int count) {
  std::latch together(count);
  std::vector<std::jthread> others;
  const auto missing =
      start_threads(others, count - 1, [&together] { together.arrive_and_wait(); });
  together.count_down(missing.count + 1);
  others.clear();
  if (missing.count > 0)
    throw MachineTrouble(fmt::format("starting {} threads", count), missing.error);
}

/// When memory runs out, the kernel takes the worker and not the driver. No core files: a plugin's
/// crash is a verdict.
void be_expendable() {
  if (auto* file = std::fopen("/proc/self/oom_score_adj", "w")) {
    std::fputs("1000", file);
    std::fclose(file);
  }
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
}

/// Answers requests until the driver closes the socket. False where an answer could not be sent, or
/// what arrived is not a request of the driver.
bool serve(Child& child, int socket) {
  while (const auto bytes = receive_message(socket)) {
    const auto request = wire::unpack<AnyRequest>(*bytes);
    if (!request || !send_message(socket, wire::pack(child.answer(*request)))) return false;
  }
  return true;
}

}  // namespace

void run_in_process(const ChildOptions& options, const ChildDescriptors& descriptors) {
  const Descriptor socket(descriptors.socket), arena(descriptors.arena);
  pin(options.cpus);
  Child child(options, descriptors, false);
  serve(child, descriptors.socket);
}

void answer_denied(const MachineTrouble& trouble) {
  if (receive_message(kSocketDescriptor))
    send_message(kSocketDescriptor, wire::pack(AnyReply(trouble.verdict())));
}

int run_child(const ChildOptions& options, bool namespaced) {
  pin(options.cpus);
  be_expendable();
  if (!options.folders.scratch.empty()) contain(options.folders, namespaced, options.driver);
  std::unique_ptr<Child> child;
  try {
    try_threads(options.threads);
    child = std::make_unique<Child>(options, ChildDescriptors{}, true);
  } catch (const MachineTrouble& trouble) {
    answer_denied(trouble);
    ::_exit(0);
  }
  if (!serve(*child, kSocketDescriptor)) ::_exit(kChannelLost);
  // Plans are not destroyed either: the process ends here, and a plugin's destructors are not worth
  // waiting for.
  child.release();
  std::fflush(nullptr);
  ::_exit(0);
}

}  // namespace convgauge::worker
