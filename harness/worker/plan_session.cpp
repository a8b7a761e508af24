#include "worker/plan_session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>

#include "core/layers.hpp"
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

Answer<Sampled> PlanSession::sample(const Sample& request) {
  if (!private_) return failed("harness: a sample was asked of a plan that is not set up");
  enter(Stage::execute);
  cvg_status status = CVG_STATUS_OK;
  // Slots in turn: a batch continues in the list where the last one ended.
  std::vector<std::int32_t> turn(order_);
  while (turn.size() < order_.size() + static_cast<std::size_t>(request.batch))
    turn.insert(turn.end(), order_.begin(), order_.end());
  const auto batch = static_cast<std::size_t>(request.batch);
  cvg_timing timing{};
  timing.struct_size = sizeof timing;
  double device_ns = 0;
  const auto run = [&](cvg_timing* device) {
    const auto result = plan_.raw_execute(turn.data() + next_, request.batch, device);
    if (result != CVG_STATUS_OK) status = result;
    next_ = (next_ + batch) % order_.size();
  };
  for (const auto start = Clock::now();
       since(start) < static_cast<double>(request.warm_ns) && status == CVG_STATUS_OK;)
    run(nullptr);
  const auto calls = std::max<std::int64_t>(1, request.executions / request.batch);
  auto counters = request.counters ? Counters::open() : error("");
  const auto before = read_load();
  if (counters) counters->start();
  const double ns = timed_run(calls, [&] {
    timing.total_ns = 0;
    run(&timing);
    device_ns += timing.total_ns;
  });
  const auto counted = counters ? counters->stop() : tl::unexpected(counters.error());
  const auto load = load_between(before, read_load());
  if (status != CVG_STATUS_OK)
    return tl::unexpected<Trouble>(
        Failed{fmt::format("execute returned {} while it was timed", status_word(status)),
               std::nullopt, status == CVG_STATUS_DEVICE_LOST});
  const auto each = static_cast<double>(request.batch);
  const double executions = each * static_cast<double>(calls);
  Sampled sampled{ns / each, device_ns / executions, load.waited_ns, load.busy_ns, load.steal_ns};
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

Answer<Done> PlanSession::check(const MeasureCheck& request) {
  if (!private_) return failed("harness: a check was asked of a plan that is not set up");
  const auto slot = request.slot;
  if (slot < 0 || slot >= private_->slots())
    return failed("harness: a check was asked of a slot that there is not");
  Answer<void> ok{};
  if (request.again) {
    private_->refresh_source(slot);
    enter(Stage::memory);
    ok = private_->poison_output(slot);
    enter(Stage::upload);
    if (ok) ok = plan_.upload(slot, private_->tensors(slot));
    enter(Stage::execute);
    if (ok) ok = plan_.execute_and_wait(&slot, 1, nullptr);
  }
  enter(Stage::fetch);
  if (ok) ok = plan_.fetch(slot, private_->tensors(slot));
  if (!ok) return tl::unexpected(ok.error());
  private_->publish_output(slot);
  return Done{};
}

}  // namespace convgauge::worker
