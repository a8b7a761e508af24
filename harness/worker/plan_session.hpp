// One open plan in a worker, with the memory it runs in: guarded (verify) or private (measure).
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/layers.hpp"
#include "plugin/allocations.hpp"
#include "plugin/backend.hpp"
#include "worker/crash_box.hpp"
#include "worker/device_memory.hpp"
#include "worker/guarded_memory.hpp"
#include "worker/messages.hpp"
#include "worker/private_memory.hpp"

namespace convgauge::worker {

/// Answers the requests about its plan. [main]
class PlanSession {
 public:
  PlanSession(Backend backend, const PlanSettings& settings, Plan plan, int arena, CrashPage& page)
      : backend_(backend),
        settings_(settings),
        plan_(std::move(plan)),
        arena_(arena),
        page_(page) {}

  Answer<Done> run_guarded(const VerifyRun& request);
  Answer<MeasureReady> set_up(const MeasureSetup& request);
  Answer<Sampled> sample(const Sample& request);
  Answer<Checked> check(const MeasureCheck& request);
  Answer<Done> end_measuring(const MeasureEnd&) {
    private_.reset();
    return Done{};
  }
  Answer<Details> details(const AskDetails&);
  Answer<AllocationsCounted> count_allocations(const CountAllocations&) {
    return AllocationsCounted{plan_.allocations(), AllocationCount::possible()};
  }

 private:
  class Turns;
  /// A slot in verify mode: its buffers, and for each requirement its device memory (empty where it
  /// is host memory, or the first slot has it).
  struct GuardedSlot {
    Binding binding;
    std::vector<std::optional<DeviceBuffer>> device;
    std::vector<std::uint64_t> digests{};  // of `device`, as prepare_weights and upload left it
  };

  Answer<void> bind_guarded(const Binding& binding, Placement placement, std::int32_t number);
  Answer<void> execute_guarded(const VerifyRun& request, std::span<const std::int32_t> slots);
  Answer<void> upload_and_execute(std::span<const std::int32_t> slots);
  void poison_host_outputs(const VerifyRun& request, std::span<const std::int32_t> slots);
  Answer<void> guards_untouched() const;
  /// In memory of the backend's own kinds: poisons outputs and workspace. The rest stays as it is,
  /// since its contents are compared later.
  Answer<void> poison_device(const VerifyRun& request, std::span<const std::int32_t> slots);
  Answer<void> note_contents(std::int32_t slot);
  Answer<void> inputs_unchanged(std::int32_t slot) const;
  /// Fills a slot of the timed memory from the arena. Where upload() moves the source, what it made
  /// is put back after it has uploaded another one: so that nothing but what the buffers hold can
  /// give the result (R12).
  Answer<void> renew(std::int32_t slot);
  /// Copies the outputs of a slot to the arena. Where fetch() moves them and `renewed`, the source
  /// is erased before: so that nothing but what execute() wrote can give the result.
  Answer<void> publish(std::int32_t slot, bool fetched, bool renewed);
  Answer<void> poison_timed(const Sample& request);
  Answer<Sampled> timed(const Sample& request, Turns& turns);
  void protect(Stage stage, std::span<const std::int32_t> slots);
  Answer<std::vector<void*>> guarded_addresses(std::int32_t slot);
  void enter(Stage stage) { page_.stage = static_cast<std::uint32_t>(stage); }
  cvg_tensors guarded_tensors(std::int32_t slot) const;

  Backend backend_;
  PlanSettings settings_;
  Plan plan_;
  int arena_;
  CrashPage& page_;
  std::optional<GuardedMemory> guarded_;
  std::vector<GuardedSlot> slots_;  // those that are bound
  std::optional<PrivateMemory> private_;
  std::vector<std::int32_t> order_;  // slots in the order that timed executions take them
  std::size_t next_ = 0;
  std::vector<Checked> last_;  // what each slot's source was in its last timed execution
};

}  // namespace convgauge::worker
