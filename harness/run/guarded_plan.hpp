// One open plan and its guarded memory: laid out, filled, poisoned, run once, and checked for
// trespass.
#pragma once
#include <chrono>
#include <optional>
#include <vector>

#include "core/layers.hpp"
#include "core/poison.hpp"
#include "reference/reference.hpp"
#include "run/problem_tensors.hpp"
#include "verify/verdict.hpp"
#include "worker/worker.hpp"

namespace convgauge::run {

/// What the output holds before a run. nan: shows in the result where it is read. number: finite,
/// so that an element left unwritten can be told from a NaN that was read and written again.
enum class Poison { nan, number };

/// Whether a plan's buffers replace all others in the worker's arena, or are added beside those of
/// plans that are still in use.
enum class Beside { nothing, other_plans };

/// A copy of outputs, by role; empty for what the direction does not write.
using Written = std::array<std::vector<std::byte>, kTensorCount>;

/// [the driver's one thread]
class GuardedPlan {
 public:
  /// Lays out the buffers of `slots` slots. `plan` was opened in `worker` for `spec`, with at least
  /// as many slots.
  GuardedPlan(Worker& worker, const Spec& spec, const PlanOpened& plan,
              std::chrono::milliseconds limit, int slots = 1, Beside beside = Beside::nothing);

  /// Fills the slot's inputs, poisons outputs and workspace, and runs it. fresh: the slot is bound
  /// and its weights are prepared again; slot 0 must then be the first, since it sets the placement
  /// and lays canaries around every buffer. Otherwise only upload and execute are called, `earlier`
  /// times before the outputs are poisoned again and once after. `inputs` must stay until the
  /// slot's next run. Returns what went wrong; empty where nothing did.
  std::optional<Verdict> run(const RunInputs& inputs, Placement placement, bool fresh,
                             Poison poison = Poison::nan, int slot = 0, int earlier = 0);
  /// Prepares other weights for slot 0 under the binding of its last run, and runs it.
  std::optional<Verdict> run_prepared_again(const RunInputs& inputs, Poison poison);
  /// The same with all slots, each with its own inputs, in one call of execute; fresh.
  std::optional<Verdict> run_batch(const std::vector<RunInputs>& inputs, Placement placement,
                                   Poison poison);

  /// What the slot's last run wrote, by the spec's strides.
  Outputs outputs(int slot = 0);
  /// Elements that still hold the poison, of the first output of slot 0 that has any; `first`: the
  /// lowest index in memory. In a narrow type a right result may equal the poison: with `earlier`,
  /// a copy of what a run with the other poison wrote, only elements count that held that one
  /// there.
  struct Unwritten {
    TensorRole role;
    std::int64_t count, first;
  };
  std::optional<Unwritten> unwritten(Poison poison, const Written* earlier = nullptr);
  /// What a NaN in an output of slot 0 was read from, where it tells.
  std::optional<Poisoned> poison_in(TensorRole role, const std::array<std::int64_t, 4>& at);
  /// A copy of all that the slot's last run wrote.
  Written written(int slot = 0);

 private:
  /// A slot's buffers, and what its tensors were filled with.
  struct Lane {
    Binding binding;
    RunInputs inputs;
    bool bound = false;
  };

  Lane& lane(int slot) { return lanes_[static_cast<std::size_t>(slot)]; }
  const Region& region(std::int32_t index) const {
    return regions_[static_cast<std::size_t>(index)];
  }
  std::byte* bytes(std::int32_t index) { return worker_.arena().bytes(region(index), placement_); }
  std::int32_t reserve(const Region& wanted);
  Lane make_lane(const Lane* first);
  bool is_tensor(std::size_t region) const;
  void lay_canaries();
  void put(Lane& lane, TensorRole role);
  void load(int slot, const RunInputs& inputs, bool weights, Poison poison);
  void poison_between_runs();
  VerifyRun request(int slot, bool fresh, Poison poison);
  std::optional<Verdict> trespass();

  Worker& worker_;
  Spec spec_;
  PlanOpened plan_;
  std::chrono::milliseconds limit_;
  std::vector<Region> regions_;
  std::vector<Lane> lanes_;
  Placement placement_ = Placement::end;
};

}  // namespace convgauge::run
