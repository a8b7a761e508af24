#include "worker/plan_session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>

#include "core/layers.hpp"
#include "core/ticks.hpp"
#include "plugin/note.hpp"
#include "worker/counters.hpp"
#include "worker/sample_load.hpp"
#include "worker/sampler.hpp"

namespace convgauge::worker {
namespace {

using Clock = std::chrono::steady_clock;

double since(Clock::time_point start) {
  return std::chrono::duration<double, std::nano>(Clock::now() - start).count();
}

/// Whether the plugin may write a buffer of the plan's own form at a stage (rules R8 and R9).
bool writable(BufferRole role, Stage stage) {
  if (role == BufferRole::workspace || stage == Stage::bind) return true;
  if (stage == Stage::prepare_weights)
    return role == BufferRole::packed_weights || role == BufferRole::weights ||
           role == BufferRole::bias;
  if (stage == Stage::upload) return is_uploaded(role);
  return stage == Stage::execute && is_result(role);
}

}  // namespace

/// Lets the plugin write what the stage allows in these slots, and nothing in the others.
void PlanSession::protect(Stage stage, std::span<const std::int32_t> slots) {
  const auto& needs = plan_.requirements();
  const auto allow = [&](const Binding& b, bool own) {
    for (const auto role : kTensorRoles)
      guarded_->allow_writes(
          b.of(role), own && is_result(role) && (stage == Stage::execute || stage == Stage::fetch));
    for (std::size_t i = 0; i < needs.size(); ++i)
      if (needs[i].form == Form::own && needs[i].memory_kind.is_host())
        guarded_->allow_writes(b.requirement_region[i], own && writable(needs[i].role, stage));
  };
  for (std::size_t other = 0; other < slots_.size(); ++other)
    if (std::find(slots.begin(), slots.end(), static_cast<std::int32_t>(other)) == slots.end())
      allow(slots_[other].binding, false);
  for (const auto slot : slots) allow(slots_[static_cast<std::size_t>(slot)].binding, true);
  enter(stage);
}

cvg_tensors PlanSession::guarded_tensors(std::int32_t slot) const {
  const auto& b = slots_[static_cast<std::size_t>(slot)].binding;
  HostTensors tensors{};
  for (const auto role : kTensorRoles) tensors[index_of(role)] = guarded_->bytes(b.of(role));
  return to_abi(tensors);
}

/// The addresses to bind. Allocates device memory where the slot needs its own.
Answer<std::vector<void*>> PlanSession::guarded_addresses(std::int32_t slot) {
  auto& mine = slots_[static_cast<std::size_t>(slot)];
  std::vector<void*> addresses;
  for (std::size_t i = 0; i < plan_.requirements().size(); ++i) {
    const auto& need = plan_.requirements()[i];
    mine.device.emplace_back();
    if (need.memory_kind.is_host()) {
      addresses.push_back(guarded_->bytes(mine.binding.requirement_region[i]));
    } else if (need.memory_kind.is_library()) {
      addresses.push_back(nullptr);
    } else if (slot > 0 && need.scope != Scope::slot) {
      addresses.push_back(slots_.front().device[i]->address());
    } else {
      auto buffer = DeviceBuffer::allocate(backend_.table(), settings_.device, need);
      if (!buffer) return tl::unexpected(buffer.error());
      addresses.push_back(mine.device.back().emplace(std::move(*buffer)).address());
    }
  }
  return addresses;
}

Answer<void> PlanSession::bind_guarded(const Binding& binding, Placement placement,
                                       std::int32_t number) {
  const auto slot = static_cast<std::size_t>(number);
  if (binding.requirement_region.size() != plan_.requirements().size() || slot > slots_.size())
    return failed("harness: a binding that does not fit the plan");
  enter(Stage::memory);
  if (slot == 0) {
    slots_.clear();
    guarded_.reset();
    guarded_.emplace(arena_, binding.regions, placement, page_);
  }
  slots_.resize(slot);
  slots_.push_back({binding, {}});
  const auto addresses = guarded_addresses(number);
  if (!addresses) return tl::unexpected(addresses.error());
  protect(Stage::bind, {&number, 1});
  if (auto ok = plan_.bind(number, *addresses); !ok) return ok;
  protect(Stage::prepare_weights, {&number, 1});
  return plan_.prepare_weights(number, guarded_tensors(number));
}

/// The first slot has the buffers that all slots share.
Answer<void> PlanSession::poison_device(const VerifyRun& request,
                                        std::span<const std::int32_t> slots) {
  enter(Stage::memory);
  for (std::size_t number = 0; number < slots_.size(); ++number) {
    auto& slot = slots_[number];
    const bool own =
        std::find(slots.begin(), slots.end(), static_cast<std::int32_t>(number)) != slots.end();
    for (std::size_t i = 0; i < slot.device.size(); ++i) {
      if (!slot.device[i]) continue;
      const auto& need = plan_.requirements()[i];
      const bool shared = need.scope != Scope::slot;
      Answer<void> ok{};
      if (need.role == BufferRole::workspace && (own || shared))
        ok = slot.device[i]->poison();
      else if (own && is_result(need.role))
        ok = slot.device[i]->fill_elements(request.poison, request.poison_bytes);
      if (!ok) return ok;
    }
  }
  return {};
}

Answer<void> PlanSession::upload_and_execute(std::span<const std::int32_t> slots) {
  protect(Stage::upload, slots);
  for (const auto slot : slots) {
    if (auto ok = plan_.upload(slot, guarded_tensors(slot)); !ok) return ok;
    if (auto ok = note_contents(slot); !ok) return ok;
  }
  protect(Stage::execute, slots);
  return plan_.execute_and_wait(slots.data(), static_cast<std::int64_t>(slots.size()), nullptr);
}

/// So that the last execution has to write them again.
void PlanSession::poison_host_outputs(const VerifyRun& request,
                                      std::span<const std::int32_t> slots) {
  protect(Stage::execute, slots);
  for (const auto slot : slots) {
    const auto& b = slots_[static_cast<std::size_t>(slot)].binding;
    for (const auto role : kTensorRoles) {
      if (!is_result(role) || b.of(role) < 0) continue;
      const auto bytes = b.regions[static_cast<std::size_t>(b.of(role))].bytes;
      for (std::uint64_t at = 0; at + request.poison_bytes <= bytes; at += request.poison_bytes)
        std::memcpy(guarded_->bytes(b.of(role)) + at, &request.poison, request.poison_bytes);
    }
  }
}

Answer<void> PlanSession::execute_guarded(const VerifyRun& request,
                                          std::span<const std::int32_t> slots) {
  for (std::int32_t i = 0; i < request.earlier; ++i)
    if (auto ok = upload_and_execute(slots); !ok) return ok;
  if (request.earlier > 0) poison_host_outputs(request, slots);
  if (auto ok = poison_device(request, slots); !ok) return ok;
  if (auto ok = upload_and_execute(slots); !ok) return ok;
  for (const auto slot : slots)
    if (auto ok = inputs_unchanged(slot); !ok) return ok;
  protect(Stage::fetch, slots);
  for (const auto slot : slots)
    if (auto ok = plan_.fetch(slot, guarded_tensors(slot)); !ok) return ok;
  enter(Stage::requirements);
  if (auto ok = plan_.requirements_unchanged(); !ok) return ok;
  return guards_untouched();
}

Answer<void> PlanSession::note_contents(std::int32_t slot) {
  auto& mine = slots_[static_cast<std::size_t>(slot)];
  mine.digests.assign(mine.device.size(), 0);
  for (std::size_t i = 0; i < mine.device.size(); ++i) {
    if (!mine.device[i] || writable(plan_.requirements()[i].role, Stage::execute)) continue;
    const auto digest = mine.device[i]->digest();
    if (!digest) return tl::unexpected(digest.error());
    mine.digests[i] = *digest;
  }
  return {};
}

/// R8 on a device, which has no pages to protect.
Answer<void> PlanSession::inputs_unchanged(std::int32_t slot) const {
  const auto& mine = slots_[static_cast<std::size_t>(slot)];
  for (std::size_t i = 0; i < mine.device.size(); ++i) {
    const auto role = plan_.requirements()[i].role;
    if (!mine.device[i] || writable(role, Stage::execute)) continue;
    const auto digest = mine.device[i]->digest();
    if (!digest) return tl::unexpected(digest.error());
    if (*digest != mine.digests[i])
      return broke(Rule::R8, fmt::format("execute changed {} in device memory", word(role)));
  }
  return {};
}

Answer<void> PlanSession::guards_untouched() const {
  for (const auto& slot : slots_)
    for (std::size_t i = 0; i < slot.device.size(); ++i) {
      if (!slot.device[i]) continue;
      const auto guard = slot.device[i]->guard();
      if (!guard) return tl::unexpected(guard.error());
      if (*guard != DeviceBuffer::Guard::whole)
        return broke(Rule::R9,
                     fmt::format("wrote {} of {} in device memory",
                                 *guard == DeviceBuffer::Guard::broken_before ? "before the start"
                                                                              : "past the end",
                                 word(plan_.requirements()[i].role)));
    }
  return {};
}

Answer<Done> PlanSession::run_guarded(const VerifyRun& request) {
  private_.reset();
  std::vector<std::int32_t> slots{request.slot};
  for (std::size_t i = 0; i < request.further.size(); ++i) slots.push_back(slots.back() + 1);
  if (request.fresh || !guarded_)
    for (std::size_t i = 0; i < slots.size(); ++i)
      if (auto ok = bind_guarded(i == 0 ? request.binding : request.further[i - 1],
                                 request.placement, slots[i]);
          !ok)
        return tl::unexpected(ok.error());
  if (static_cast<std::size_t>(slots.back()) >= slots_.size())
    return failed("harness: a slot that is not bound");
  if (request.prepare && !request.fresh) {
    protect(Stage::prepare_weights, {&request.slot, 1});
    if (auto ok = plan_.prepare_weights(request.slot, guarded_tensors(request.slot)); !ok)
      return tl::unexpected(ok.error());
  }
  if (auto ok = execute_guarded(request, slots); !ok) return tl::unexpected(ok.error());
  return Done{};
}

Answer<MeasureReady> PlanSession::set_up(const MeasureSetup& request) {
  guarded_.reset();
  slots_.clear();
  enter(Stage::memory);
  auto memory = PrivateMemory::make(backend_, settings_, plan_.requirements(), request.binding,
                                    request.slots, arena_);
  if (!memory) return tl::unexpected(memory.error());
  private_.emplace(std::move(*memory));
  order_.clear();
  next_ = 0;
  last_.assign(static_cast<std::size_t>(request.slots), {});
  MeasureReady ready;
  for (std::int32_t slot = 0; slot < request.slots; ++slot) {
    order_.push_back(slot);
    const auto timed = [&](Stage stage, double& ns, auto&& call) {
      enter(stage);
      const auto start = Clock::now();
      const Answer<void> ok = call();
      if (slot == 0) ns = since(start);
      return ok;
    };
    auto ok = timed(Stage::bind, ready.bind_ns,
                    [&] { return plan_.bind(slot, private_->addresses(slot)); });
    if (ok)
      ok = timed(Stage::prepare_weights, ready.prepare_ns,
                 [&] { return plan_.prepare_weights(slot, private_->tensors(slot)); });
    if (ok)
      ok = timed(Stage::upload, ready.upload_ns,
                 [&] { return plan_.upload(slot, private_->tensors(slot)); });
    if (ok)
      ok = timed(Stage::execute, ready.first_ns,
                 [&] { return plan_.execute_and_wait(&slot, 1, nullptr); });
    if (ok)
      ok = timed(Stage::fetch, ready.fetch_ns,
                 [&] { return plan_.fetch(slot, private_->tensors(slot)); });
    if (!ok) return tl::unexpected(ok.error());
  }
  return ready;
}

Answer<void> PlanSession::renew(std::int32_t slot) {
  private_->refresh_source(slot);
  if (!plan_.uploads()) return {};
  enter(Stage::upload);
  if (auto ok = plan_.upload(slot, private_->tensors(slot)); !ok) return ok;
  enter(Stage::memory);
  const auto made = private_->uploaded(slot);
  if (!made) return tl::unexpected(made.error());
  if (auto ok = private_->erase_source(slot); !ok) return ok;
  enter(Stage::upload);
  if (auto ok = plan_.upload(slot, private_->tensors(slot)); !ok) return ok;
  enter(Stage::memory);
  if (auto ok = private_->set_uploaded(slot, *made); !ok) return ok;
  private_->refresh_source(slot);
  return {};
}

Answer<void> PlanSession::publish(std::int32_t slot, bool fetched, bool renewed) {
  if (plan_.fetches() && !fetched) {
    enter(Stage::memory);
    if (renewed)
      if (auto ok = private_->erase_source(slot); !ok) return ok;
    enter(Stage::fetch);
    if (auto ok = plan_.fetch(slot, private_->tensors(slot)); !ok) return ok;
  }
  private_->publish_output(slot);
  return {};
}

/// Executes batch after batch, with the slots in turn.
class PlanSession::Turns {
 public:
  Turns(PlanSession& session, const Sample& request) : s_(session), request_(request) {
    turn_ = s_.order_;
    while (turn_.size() < s_.order_.size() + static_cast<std::size_t>(request.batch))
      turn_.insert(turn_.end(), s_.order_.begin(), s_.order_.end());
    if (request.changed_bytes == 0) return;
    changed_ = *tensor_role(request.changed);
    const auto count = s_.private_->tensor_bytes(changed_) / request.changed_bytes;
    if (count > 0)
      changes_.emplace(request.seed, static_cast<std::int64_t>(count), request.changed_bytes,
                       request.values);
  }
  void run(cvg_timing* device) {
    if (const auto result = next(device); result != CVG_STATUS_OK) status_ = result;
  }
  cvg_status status() const { return status_; }
  /// The slot that was executed last, and the number of the change in its source.
  std::int32_t slot() const { return slot_; }
  std::int64_t change() const { return changes_ ? changes_->number() : -1; }
  void restore() {
    if (changes_) changes_->restore();
  }

 private:
  cvg_status next(cvg_timing* device) {
    const auto* slots = turn_.data() + s_.next_;
    slot_ = slots[request_.batch - 1];
    if (changes_) {
      changes_->next(s_.private_->tensor(slot_, changed_));
      s_.last_[static_cast<std::size_t>(slot_)] = {request_.seed, changes_->number()};
    }
    s_.next_ = (s_.next_ + static_cast<std::size_t>(request_.batch)) % s_.order_.size();
    if (!request_.moves) return s_.plan_.raw_execute(slots, request_.batch, device);
    if (!s_.plan_.upload(slot_, s_.private_->tensors(slot_))) return CVG_STATUS_FAILED;
    const auto status = s_.plan_.raw_execute(slots, request_.batch, device);
    if (status != CVG_STATUS_OK) return status;
    return s_.plan_.fetch(slot_, s_.private_->tensors(slot_)) ? status : CVG_STATUS_FAILED;
  }

  PlanSession& s_;
  const Sample& request_;
  std::vector<std::int32_t> turn_;
  std::optional<ElementChanges> changes_;
  TensorRole changed_ = TensorRole::src;
  std::int32_t slot_ = 0;
  cvg_status status_ = CVG_STATUS_OK;
};

/// The outputs of slot 0, as the request says.
Answer<void> PlanSession::poison_timed(const Sample& request) {
  enter(Stage::memory);
  return request.renew ? private_->poison_output(0, request.poison, request.poison_bytes)
                       : Answer<void>{};
}

Answer<Sampled> PlanSession::sample(const Sample& request) {
  if (!private_) return failed("harness: a sample was asked of a plan that is not set up");
  const auto called = TickMoment::now();
  if (request.renew)
    if (auto ok = renew(0); !ok) return tl::unexpected(ok.error());
  if (auto ok = poison_timed(request); !ok) return tl::unexpected(ok.error());
  enter(Stage::execute);
  Turns turns(*this, request);
  for (const auto start = Clock::now();
       since(start) < static_cast<double>(request.warm_ns) && turns.status() == CVG_STATUS_OK;)
    turns.run(nullptr);
  // What the warm-up wrote must not pass for what is timed. Where an execution is no call of its
  // own (on a device), this is all that shows it.
  if (request.batch > 1)
    if (auto ok = poison_timed(request); !ok) return tl::unexpected(ok.error());
  enter(Stage::execute);
  auto sampled = timed(request, turns);
  turns.restore();
  if (!sampled) return sampled;
  const auto replied = TickMoment::now();
  sampled->call_ticks = replied.ticks - called.ticks;
  sampled->call_ns = std::chrono::duration<double, std::nano>(replied.clock - called.clock).count();
  return sampled;
}

/// What is timed, and what the machine did meanwhile. The output is copied at once: a thread that
/// is still at work on it would be late.
Answer<Sampled> PlanSession::timed(const Sample& request, Turns& turns) {
  cvg_timing timing{};
  timing.struct_size = sizeof timing;
  double device_ns = 0;
  const auto calls = std::max<std::int64_t>(1, request.executions / request.batch);
  auto counters = request.counters ? Counters::open() : error("");
  const auto before = read_load();
  if (counters) counters->start();
  const double ns = timed_run(calls, [&] {
    timing.total_ns = 0;
    turns.run(&timing);
    device_ns += timing.total_ns;
  });
  const auto counted = counters ? counters->stop() : tl::unexpected(counters.error());
  Answer<void> published{};
  if (turns.status() == CVG_STATUS_OK)
    published = publish(turns.slot(), request.moves, request.renew);
  const auto load = load_between(before, read_load());
  if (turns.status() != CVG_STATUS_OK)
    return tl::unexpected<Trouble>(
        Failed{fmt::format("execute returned {} while it was timed", status_word(turns.status())),
               std::nullopt, turns.status() == CVG_STATUS_DEVICE_LOST});
  if (!published) return tl::unexpected(published.error());
  const auto each = static_cast<double>(request.batch);
  const double executions = each * static_cast<double>(calls);
  Sampled sampled{ns / each, device_ns / executions, load.waited_ns, load.busy_ns, load.steal_ns};
  sampled.slot = turns.slot(), sampled.change = turns.change();
  if (!counted) {
    sampled.counters_refused = counted.error().message;
    return sampled;
  }
  sampled.instructions = counted->instructions / executions;
  sampled.cycles = counted->cycles / executions;
  if (counted->cache_misses) sampled.cache_misses = *counted->cache_misses / executions;
  return sampled;
}

Answer<Details> PlanSession::details(const AskDetails&) {
  enter(Stage::describe);
  auto plan = plan_.details();
  if (!plan) return tl::unexpected(plan.error());
  auto device = backend_.device_details(settings_.device);
  if (!device) return tl::unexpected(device.error());
  return Details{std::move(*plan), std::move(*device)};
}

Answer<Checked> PlanSession::check(const MeasureCheck& request) {
  if (!private_) return failed("harness: a check was asked of a plan that is not set up");
  const auto slot = request.slot;
  if (slot < 0 || slot >= private_->slots())
    return failed("harness: a check was asked of a slot that there is not");
  if (!request.again) {
    if (auto ok = publish(slot, false, false); !ok) return tl::unexpected(ok.error());
    return last_[static_cast<std::size_t>(slot)];
  }
  if (auto ok = renew(slot); !ok) return tl::unexpected(ok.error());
  enter(Stage::memory);
  const VerifyRun poison;
  if (auto ok = private_->poison_output(slot, poison.poison, poison.poison_bytes); !ok)
    return tl::unexpected(ok.error());
  enter(Stage::execute);
  if (auto ok = plan_.execute_and_wait(&slot, 1, nullptr); !ok) return tl::unexpected(ok.error());
  if (auto ok = publish(slot, false, true); !ok) return tl::unexpected(ok.error());
  return Checked{};
}

}  // namespace convgauge::worker
