#include "worker/child.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <map>
#include <memory>

#include "plugin/library.hpp"
#include "plugin/reference_backend.hpp"
#include "worker/channel.hpp"
#include "worker/fault_handler.hpp"
#include "worker/plan_session.hpp"
#include "worker/process_state.hpp"

namespace convgauge {
namespace {

Reply as_reply(const Trouble& trouble) {
  return std::visit([](const auto& t) -> Reply { return t; }, trouble);
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

  Reply answer(const Request& request) {
    // Between two requests nothing but the harness runs: the state that was found good is the next
    // one's start.
    if (!state_)
      state_.emplace(
          std::vector{0, 1, 2, descriptors_.socket, descriptors_.crash, descriptors_.arena});
    Reply reply;
    try {
      reply = std::visit([this](const auto& r) { return handle(r); }, request);
    } catch (const std::bad_alloc&) {
      reply = Failed{"out of host memory"};
    }
    // Samples are many and short, and the next other request sees what they left.
    if (auto changed = state_->changes()) {
      state_.reset();
      if (!std::holds_alternative<LoadFailed>(reply)) {
        if (contained_) install_fault_handlers(box_.page());
        reply = std::move(*changed);
      }
    }
    enter(Stage::idle);
    return reply;
  }

 private:
  void enter(Stage stage) { box_.page().stage = static_cast<std::uint32_t>(stage); }

  Expected<void> load() {
    if (library_) return {};
    enter(Stage::load);
    auto library = options_.plugin.starts_with(kBuiltIn)
                       ? Library::built_in(&reference_entry, options_.plugin)
                       : Library::open(options_.plugin);
    if (!library) return tl::unexpected(library.error());
    library_.emplace(std::move(*library));
    return {};
  }

  Reply handle(const Describe&) {
    if (auto ok = load(); !ok) return LoadFailed{ok.error().message, ok.error().rule};
    Description description{library_->name(), library_->version(), {}};
    for (const auto* table : library_->backends()) {
      const Backend backend(table);
      enter(Stage::describe);
      auto devices = backend.devices();
      if (!devices) return as_reply(devices.error());
      auto options = backend.options();
      if (!options) return as_reply(options.error());
      description.backends.push_back({backend.name(), backend.description(), backend.version(),
                                      devices->why_none, std::move(devices->list),
                                      std::move(*options)});
    }
    return description;
  }

  Answer<Backend> find(const std::string& name) {
    if (auto ok = load(); !ok) return tl::unexpected<Trouble>(Failed{ok.error().message});
    for (const auto* table : library_->backends())
      if (name == table->name) return Backend(table);
    return tl::unexpected<Trouble>(Failed{fmt::format("the plugin has no backend '{}'", name)});
  }

  Reply handle(const ListAlgorithms& r) {
    const auto backend = find(r.backend);
    if (!backend) return as_reply(backend.error());
    // A device that is only described has algorithms, and no plan: query() refuses it. Its reason
    // is the better one where nothing can be listed.
    enter(Stage::algorithms);
    auto list = backend->algorithms(r.spec, r.settings);
    if (list) return AlgorithmList{std::move(*list)};
    enter(Stage::query);
    const auto ok = backend->query(r.spec, r.settings);
    return as_reply(!ok && std::holds_alternative<Refused>(list.error()) ? ok.error()
                                                                         : list.error());
  }

  Reply handle(const OpenPlan& r) {
    const auto backend = find(r.backend);
    if (!backend) return as_reply(backend.error());
    enter(Stage::query);
    const auto asked = backend->query(r.spec, r.settings);
    enter(Stage::plan_create);
    const auto start = std::chrono::steady_clock::now();
    auto plan = backend->plan(r.spec, r.settings);
    const double ns =
        std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start).count();
    if (!asked && plan) return broken(Rule::R3, "query refused what plan_create accepts");
    if (!asked) return as_reply(asked.error());
    if (!plan && std::holds_alternative<Refused>(plan.error()))
      return broken(Rule::R3, fmt::format("query accepted what plan_create refuses: {}",
                                          std::get<Refused>(plan.error()).why));
    if (!plan) return as_reply(plan.error());
    PlanOpened opened{next_plan_, plan->algorithm(), plan->requirements(), ns};
    plans_.emplace(next_plan_++,
                   std::make_unique<PlanSession>(*backend, r.settings, std::move(*plan),
                                                 descriptors_.arena, box_.page()));
    return opened;
  }

  template <class R>
  Reply with_plan(const R& request, Reply (PlanSession::*act)(const R&)) {
    const auto found = plans_.find(request.plan);
    if (found == plans_.end()) return Failed{fmt::format("harness: no plan {}", request.plan)};
    return (found->second.get()->*act)(request);
  }
  Reply handle(const VerifyRun& r) { return with_plan(r, &PlanSession::run_guarded); }
  Reply handle(const MeasureSetup& r) { return with_plan(r, &PlanSession::set_up); }
  Reply handle(const Sample& r) { return with_plan(r, &PlanSession::sample); }
  Reply handle(const MeasureCheck& r) { return with_plan(r, &PlanSession::check); }
  Reply handle(const CountAllocations& r) { return with_plan(r, &PlanSession::count_allocations); }
  Reply handle(const AskDetails& r) { return with_plan(r, &PlanSession::details); }
  Reply handle(const AskOtherVersion&) {
    enter(Stage::load);
    if (options_.plugin.starts_with(kBuiltIn)) return Done{};
    if (auto ok = Library::refuses_other_versions(options_.plugin); !ok)
      return LoadFailed{ok.error().message, ok.error().rule};
    return Done{};
  }
  Reply handle(const ClosePlan& r) {
    enter(Stage::plan_destroy);
    plans_.erase(r.plan);
    return Done{};
  }

  ChildOptions options_;
  ChildDescriptors descriptors_;
  CrashBox box_;
  bool contained_;
  std::optional<Library> library_;
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

/// Until the driver hangs up; false where an answer could not be sent.
bool serve(Child& child, int socket) {
  while (const auto bytes = receive_message(socket))
    if (!send_message(socket, wire::pack(child.answer(wire::unpack<Request>(*bytes)))))
      return false;
  return true;
}

}  // namespace

void run_in_process(const ChildOptions& options, const ChildDescriptors& descriptors) {
  const Descriptor socket(descriptors.socket), arena(descriptors.arena);
  pin(options.cpus);
  Child child(options, descriptors, false);
  serve(child, descriptors.socket);
}

int run_child(const ChildOptions& options) {
  pin(options.cpus);
  be_expendable();
  auto child = std::make_unique<Child>(options, ChildDescriptors{}, true);
  if (!serve(*child, kSocketDescriptor)) ::_exit(kChannelLost);
  child.release();  // plans included: the process ends here, and a plugin's destructors are not
                    // worth waiting for
  std::fflush(nullptr);
  ::_exit(0);
}

}  // namespace convgauge
