// One open plan and its guarded memory: laid out, filled, poisoned, run once, and looked over for trespass.
#pragma once
#include <chrono>
#include <optional>

#include "reference/reference.hpp"
#include "verify/verdict.hpp"
#include "worker/worker.hpp"

namespace convgauge {

/// What the output holds before a run. nan: spreads where it is read. number: finite, so that what was left unwritten
/// can be told from a NaN that was read and written.
enum class Poison { nan, number };

/// [the driver's one thread] Uses the worker's arena: one at a time per worker.
class GuardedPlan {
 public:
  /// Lays the buffers out. `plan` was opened in `worker` for `spec`.
  GuardedPlan(Worker& worker, const Spec& spec, const PlanOpened& plan, std::chrono::milliseconds limit);

  /// Lays canaries, fills the inputs, poisons the rest and runs slot 0 once. fresh: bound and prepared anew under
  /// `placement`; else upload and execute alone, under the placement of the last fresh run. Empty where all went well.
  std::optional<Verdict> run(const Inputs& inputs, Placement placement, bool fresh, Poison poison = Poison::nan);

  /// The output of the last run, by the spec's strides.
  const std::byte* output() { return worker_.arena().bytes(region(binding_.dst), placement_); }
  /// Elements of it that still hold the poison; the index of the first in memory order.
  std::int64_t unwritten(Poison poison, std::int64_t* first);

 private:
  const Region& region(std::int32_t index) const { return binding_.regions[static_cast<std::size_t>(index)]; }
  std::int32_t reserve(std::uint64_t bytes, std::uint64_t alignment, int role);
  void lay(const Inputs& inputs, Poison poison);
  std::optional<Verdict> trespass(const Inputs& inputs);

  Worker& worker_;
  Spec spec_;
  PlanOpened plan_;
  std::chrono::milliseconds limit_;
  Binding binding_;
  Placement placement_ = Placement::end;
};

/// A reply that is no success, or an end, as the verdict it is; nothing for Done and the like.
std::optional<Verdict> trouble_of(const std::variant<Reply, Verdict>& outcome);

}  // namespace convgauge
