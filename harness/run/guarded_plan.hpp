// One open plan and its guarded memory: laid out, filled, poisoned, run once, and looked over for
// trespass.
#pragma once
#include <chrono>
#include <optional>
#include <vector>

#include "reference/reference.hpp"
#include "run/problem_tensors.hpp"
#include "verify/verdict.hpp"
#include "worker/worker.hpp"

namespace convgauge {

/// What the output holds before a run. nan: spreads where it is read. number: finite, so that what
/// was left unwritten can be told from a NaN that was read and written.
enum class Poison { nan, number };

/// Whether a plan's buffers replace all others in the worker's arena, or lie beside those of plans
/// that are still used.
enum class Beside { nothing, other_plans };

/// [the driver's one thread]
class GuardedPlan {
 public:
  /// Lays the buffers of `slots` slots out. `plan` was opened in `worker` for `spec`, with at least
  /// so many.
  GuardedPlan(Worker& worker, const Spec& spec, const PlanOpened& plan,
              std::chrono::milliseconds limit, int slots = 1, Beside beside = Beside::nothing);

  /// Fills the slot's inputs, poisons the rest and runs it once. fresh: bound and prepared anew
  /// (slot 0: under `placement`, with canaries around every buffer, and before any other slot);
  /// else upload and execute alone. `inputs` stay until the slot's next run. Empty where all went
  /// well.
  std::optional<Verdict> run(const Inputs& inputs, Placement placement, bool fresh,
                             Poison poison = Poison::nan, int slot = 0);

  /// What the slot's last run wrote, by the spec's strides.
  Outputs outputs(int slot = 0);
  /// Elements of slot 0's outputs that still hold the poison, of the first output that has any;
  /// `first` in memory order.
  struct Unwritten {
    TensorRole role;
    std::int64_t count, first;
  };
  std::optional<Unwritten> unwritten(Poison poison);

 private:
  /// A slot's buffers, and what its tensors were filled with.
  struct Lane {
    Binding binding;
    Inputs inputs;
    bool bound = false;
  };

  Lane& lane(int slot) { return lanes_[static_cast<std::size_t>(slot)]; }
  const Region& region(std::int32_t index) const {
    return regions_[static_cast<std::size_t>(index)];
  }
  std::byte* bytes(std::int32_t index) { return worker_.arena().bytes(region(index), placement_); }
  std::int32_t reserve(std::uint64_t bytes, std::uint64_t alignment, BufferRole role);
  Lane make_lane(const Lane* first);
  void lay_canaries();
  void put(const Lane& lane, TensorRole role);
  std::optional<Verdict> trespass();

  Worker& worker_;
  Spec spec_;
  PlanOpened plan_;
  std::chrono::milliseconds limit_;
  std::vector<Region> regions_;
  std::vector<Lane> lanes_;
  Placement placement_ = Placement::end;
};

}  // namespace convgauge
