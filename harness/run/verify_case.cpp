#include "run/verify_case.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/blocks.hpp"
#include "core/layers.hpp"
#include "core/probe_fill.hpp"
#include "run/guarded_plan.hpp"
#include "run/memory_need.hpp"
#include "verify/taps.hpp"
#include "worker/machine_trouble.hpp"

namespace convgauge::run {
namespace {

bool contains(const std::vector<Fill>& fills, Fill fill) {
  return std::find(fills.begin(), fills.end(), fill) != fills.end();
}

/// 1, 2 or 3, but not `threads`; which of them depends on the problem.
int other_threads(int threads, const Geometry& g) {
  const bool odd = (g.h.input + g.w.input + g.in_channels + g.out_channels) % 2;
  if (threads == 1) return odd ? 3 : 2;
  if (threads == 3) return odd ? 1 : 2;
  return odd ? 3 : 1;
}

/// One of the fills, but not the first of several; which depends on the problem.
Fill other_fill(const std::vector<Fill>& fills, const Geometry& g) {
  if (fills.size() == 1) return fills.front();
  const auto number = static_cast<std::size_t>(g.h.input + 3 * g.w.input + 5 * g.in_channels +
                                               7 * g.out_channels + g.h.kernel);
  return fills[1 + number % (fills.size() - 1)];
}

/// Whether the slots of a plan have one buffer for what prepare_weights() makes.
bool shares_weights(const PlanOpened& plan) {
  return std::any_of(plan.requirements.begin(), plan.requirements.end(), [](const Requirement& r) {
    return r.scope != Scope::slot && (r.role == BufferRole::weights || r.role == BufferRole::bias ||
                                      r.role == BufferRole::packed_weights);
  });
}

/// What the judged executions of one case came to. Only here does a case get the verdict Agrees,
/// and only where at least one execution was judged.
class JudgedRuns {
 public:
  void add(Fill fill, const Agrees& run) {
    ++count_;
    all_.worst = std::max(all_.worst, run.worst);
    if (fill == Fill::normal) all_.rel_l2 = std::max(all_.rel_l2, run.rel_l2);
    for (const auto& text : run.notes) note(text);
  }
  void note(std::string text) {
    auto& notes = all_.notes;
    if (std::find(notes.begin(), notes.end(), text) == notes.end())
      notes.push_back(std::move(text));
  }
  Verdict verdict(std::int64_t elements) const {
    if (count_ == 0)
      return Refused{RefusalReason::other, "harness: no execution of this case could be judged"};
    auto agrees = all_;
    agrees.elements = elements;
    return agrees;
  }

 private:
  int count_ = 0;
  Agrees all_;
};

/// The steps in which one case is verified; the first that fails is its verdict.
class VerificationLadder {
 public:
  VerificationLadder(Worker& worker, const VerifyOrder& order, ProblemTensors& tensors,
                     const PlanOpened& plan, std::chrono::milliseconds limit)
      : worker_(worker),
        order_(order),
        tensors_(tensors),
        plan_(plan),
        limit_(limit),
        memory_(worker, tensors.spec(), plan, limit) {}

  Verdict verdict() {
    const auto fills = fitting();
    if (tensors_.projected()) return by_projection(fills);
    Written before;
    if (auto bad = all_fills(fills, before)) return *bad;
    if (auto bad = same_bits(fills.back(), before)) return *bad;
    if (auto bad = later_execution(fills.back())) return *bad;
    if (auto bad = second_plan(fills)) return *bad;
    if (auto bad = undisturbed(fills.back(), before)) return *bad;
    if (auto bad = prepared_again(fills)) return *bad;
    return runs_.verdict(tensors_.spec().written_elements());
  }

 private:
  using Bad = std::optional<Verdict>;

  /// Those to verify with; what does not fit is noted.
  std::vector<Fill> fitting() {
    const auto fills = fitting_fills(order_.settings.fills, tensors_.spec());
    for (const auto fill : order_.settings.fills)
      if (!fits(fill, tensors_.spec()))
        runs_.note(fmt::format("fill {} does not fit this problem", word(fill)));
    for (const auto fill : fills)
      if (!contains(order_.settings.fills, fill))
        runs_.note(fmt::format("fill {} was taken instead", word(fill)));
    return fills;
  }

  /// For a large problem: each fill that is no probe once, with the placements in turn; then once
  /// more as a related problem, which replaces the changed source.
  Verdict by_projection(const std::vector<Fill>& fills) {
    std::size_t turn = 0;
    Fill last = Fill::normal;
    for (const auto fill : fills) {
      if (is_probe(fill)) continue;
      if (auto bad = plain_run(last = fill, order_.placements[turn++ % order_.placements.size()]))
        return *bad;
    }
    if (turn == 0)
      if (auto bad = plain_run(last, order_.placements.front())) return *bad;
    if (tensors_.spec().geometry.batch > 0 && last != Fill::integer) {
      const auto [test, relation] = tensors_.related(last);
      if (auto bad = memory_.run(test.inputs(), order_.placements.front(), true, Poison::number))
        return *bad;
      if (auto bad = judge(
              last, test, plan_.algorithm, memory_.outputs(),
              {fmt::format("fill {}, related problem: images, channels and scale", word(last))},
              relation))
        return *bad;
    }
    return runs_.verdict(tensors_.spec().written_elements());
  }

  /// Runs ordinary fills under every placement. Probe fills test values, not memory, and take the
  /// placements in turn.
  /// `last`: a copy of what the last fill's last run wrote.
  Bad all_fills(const std::vector<Fill>& fills, Written& last) {
    std::size_t turn = 0;
    for (const auto fill : fills) {
      auto placements = order_.placements;
      if (is_probe(fill)) placements = {placements[turn++ % placements.size()]};
      for (const auto placement : placements)
        if (auto bad = plain_run(fill, placement)) {
          if (fill != fills.front() || placement != placements.front())
            name_stale_weights(*bad, fills.front(), fill, placement);
          return bad;
        }
      if (fill == fills.back()) last = memory_.written();
      if (auto bad = changed_source(fill)) return bad;
    }
    return std::nullopt;
  }

  /// Whether a new plan gives the right result for `fill` in its second run: after `earlier`, under
  /// the same binding or under another one. Empty where it was not judged.
  std::optional<bool> right_after(const TestTensors& earlier, bool bind_again, Fill fill,
                                  Placement placement) {
    if (!worker_.alive()) return std::nullopt;
    const auto plan = worker_.call(OpenPlan{order_.backend, tensors_.spec(), order_.plan}, limit_);
    if (!plan) return std::nullopt;
    std::optional<bool> right;
    if (broken_rule(plan->algorithm, tensors_.spec()).empty() && !lacks_memory(*plan)) {
      GuardedPlan memory(worker_, tensors_.spec(), *plan, limit_, 1, Beside::other_plans);
      const auto& test = tensors_.of(fill);
      if (!memory.run(earlier.inputs(), placement, true) &&
          !memory.run(test.inputs(), placement, bind_again))
        right = std::holds_alternative<Agrees>(
            test.judge(tensors_.spec(), fill, plan->algorithm, memory.outputs(), {}, {}));
    }
    if (worker_.alive()) (void)worker_.call(ClosePlan{plan->plan}, limit_);
    return right;
  }

  /// R20: a wrong result of a slot that was bound and prepared before, where that is the cause:
  /// with as many runs under one binding, and another source before, it is right, and wrong under a
  /// second binding, after other weights or the same.
  void name_stale_weights(Verdict& bad, Fill first, Fill fill, Placement placement) {
    auto* differs = std::get_if<Differs>(&bad);
    if (!differs || !tensors_.spec().reads(TensorRole::weights) ||
        right_after(tensors_.of(fill, true), false, fill, placement) != true)
      return;
    if (right_after(tensors_.of(first), true, fill, placement) != false &&
        right_after(tensors_.of(fill, true), true, fill, placement) != false)
      return;
    differs->oracle.rule = Rule::R20;
    differs->where +=
        "; a new plan gives the right result, but not where its slot was bound and prepared before";
  }

  /// R20: the same without another bind().
  Bad prepared_again(const std::vector<Fill>& fills) {
    const auto fill = fills.front();
    if (!order_.prepares_again || fill == fills.back() ||
        !tensors_.spec().reads(TensorRole::weights))
      return std::nullopt;
    const auto& test = tensors_.of(fill);
    if (auto bad = memory_.run_prepared_again(test.inputs(), Poison::number)) return bad;
    return right(fill, test,
                 {fmt::format("fill {}, other weights prepared", word(fill)), Rule::R20});
  }

  Bad plain_run(Fill fill, Placement placement) {
    const auto& test = tensors_.of(fill);
    // Uses both kinds of poison, so that a plugin cannot recognise by a NaN in the output that it
    // is being verified.
    const auto poison = placement == order_.placements.front() ? Poison::nan : Poison::number;
    if (auto bad = memory_.run(test.inputs(), placement, true, poison)) return bad;
    if (auto bad = complete(test, placement, poison)) return bad;
    return right(fill, test, {fmt::format("fill {}, placement {}", word(fill), word(placement))});
  }

  /// R7: every element is written. What still holds the poison was either never written, or was
  /// read and written again (a NaN), or has a right result of the same bits (in a narrow type); a
  /// second run with the other poison shows which.
  Bad complete(const TestTensors& test, Placement placement, Poison poison) {
    auto left = memory_.unwritten(poison);
    if (!left) return std::nullopt;
    const auto earlier = memory_.written();
    const auto other = poison == Poison::nan ? Poison::number : Poison::nan;
    if (auto bad = memory_.run(test.inputs(), placement, true, other)) return bad;
    left = memory_.unwritten(other, &earlier);
    if (!left && poison == Poison::nan)
      return broken(Rule::R11, "the result depends on what the output held before");
    if (!left) return std::nullopt;
    const auto& spec = tensors_.spec();
    const auto why = fetched(left->role);
    return Trespass{
        Rule::R7,
        fmt::format("{}: left {} of {} {} elements unwritten, the first at index {} in memory{}",
                    why.empty() ? "execute" : "fetch", left->count,
                    elements(spec.shape(left->role)),
                    left->role == TensorRole::dst ? "output" : word(left->role), left->first, why)};
  }

  /// Where execute() writes another buffer than the tensor, which fetch() must then write: a
  /// sentence that says so.
  std::string fetched(TensorRole role) const {
    for (const auto& need : plan_.requirements) {
      if (need.role != buffer_role(role)) continue;
      if (!need.memory_kind.is_host())
        return fmt::format(
            "; the plan has {} in memory of its own kind, from which fetch() must "
            "write the tensor",
            word(role));
      if (need.form == Form::own)
        return fmt::format(
            "; the plan asks for {} in form own, from which fetch() must write the "
            "tensor (in form tensor, execute() writes it itself)",
            word(role));
    }
    return {};
  }

  Bad right(Fill fill, const TestTensors& test, Oracle oracle) {
    return judge(fill, test, plan_.algorithm, memory_.outputs(), std::move(oracle));
  }

  Bad judge(Fill fill, const TestTensors& test, const Algorithm& algorithm, const Outputs& got,
            const Oracle& oracle, const Relation& relation = {}) {
    auto outcome = test.judge(tensors_.spec(), fill, algorithm, got, oracle, relation);
    const bool is_right = std::holds_alternative<Agrees>(outcome);
    if (order_.observer)
      order_.observer({tensors_.spec(), fill, algorithm, test, got, oracle, is_right});
    if (auto* differs = std::get_if<Differs>(&outcome)) {
      if (std::isnan(differs->worst.got)) name_poison(*differs, got);
      if (differs->diagnosis.empty()) differs->diagnosis.taps = taps_astray();
      return *differs;
    }
    runs_.add(fill, std::get<Agrees>(outcome));
    return std::nullopt;
  }

  /// A NaN that is a buffer's poison says what was read before it was written.
  void name_poison(Differs& differs, const Outputs& got) {
    if (got != memory_.outputs()) return;  // of another plan
    if (const auto memory = memory_.poison_in(tensors_.spec().result(), differs.worst.at))
      differs.where += fmt::format("; {}", meaning(*memory));
  }

  /// Where no misread parameter explains the error, the outputs of the impulse fill may show which
  /// taps are wrong.
  TapMistake taps_astray() {
    if (tensors_.projected() || !fits(Fill::impulse, tensors_.spec())) return {};
    const auto& test = tensors_.of(Fill::impulse);
    if (memory_.run(test.inputs(), order_.placements.front(), true, Poison::number)) return {};
    return describe_taps({tensors_.spec(), plan_.algorithm, Fill::impulse, test.inputs(),
                          test.reference(), memory_.outputs()[index_of(TensorRole::dst)]});
  }

  /// R12: under the same binding and weights, another source gives another result.
  Bad changed_source(Fill fill) {
    const auto& test = tensors_.of(fill, true);
    if (auto bad = memory_.run(test.inputs(), order_.placements.back(), false, Poison::number))
      return bad;
    return right(fill, test, {fmt::format("fill {}, changed source", word(fill)), Rule::R12});
  }

  Bad run_again(Fill fill, bool fresh) {
    return memory_.run(tensors_.of(fill).inputs(), order_.placements.back(), fresh);
  }

  /// R18: the same inputs give the same bits again. `before`: what they gave.
  Bad same_bits(Fill fill, const Written& before) {
    if (!plan_.algorithm.deterministic) return std::nullopt;
    if (auto bad = run_again(fill, false)) return bad;
    return wrote_again(before) ? std::nullopt : Bad(two_results());
  }

  Failed two_results() const {
    return broken(
        Rule::R18,
        fmt::format(
            "{} says it is deterministic, but two runs on the same inputs gave different bits",
            plan_.algorithm.name));
  }

  /// R18: and whatever a second plan did in between.
  Bad undisturbed(Fill fill, const Written& before) {
    if (!plan_.algorithm.deterministic) return std::nullopt;
    if (auto bad = run_again(fill, false)) return bad;
    if (wrote_again(before)) return std::nullopt;
    if (!second_plan_ran_ || !restored(fill, before)) return two_results();
    return broken(Rule::R18,
                  plan_.algorithm.name +
                      ": on the same inputs, the result was another one after a second plan had "
                      "prepared its weights, and the first one again after this plan prepared its "
                      "own again: what prepare_weights() makes is kept outside of the plan (in a "
                      "static variable?)");
  }

  /// Whether the result is as before when this plan has prepared its weights again, and stays so.
  bool restored(Fill fill, const Written& before) {
    for (const bool fresh : {true, false, false})
      if (run_again(fill, fresh) || !wrote_again(before)) return false;
    return true;
  }

  bool wrote_again(const Written& before) { return wrote_again(before, memory_.outputs()); }

  static bool wrote_again(const Written& before, const Outputs& now) {
    return std::all_of(kTensorRoles.begin(), kTensorRoles.end(), [&](TensorRole role) {
      const auto& was = before[index_of(role)];
      return was.empty() || same_bytes(was.data(), now[index_of(role)], was.size());
    });
  }

  /// A kernel may change over to other code when it has run some times. Only where the executions
  /// in between cost next to nothing.
  Bad later_execution(Fill fill) {
    constexpr std::int64_t kFewFlops = 5'000;
    constexpr int kWhich = 20, kBetween = 16;  // the steps before this one take the first three
    if (tensors_.spec().geometry.flops() > kFewFlops) return std::nullopt;
    const auto& test = tensors_.of(fill);
    if (auto bad = memory_.run(test.inputs(), order_.placements.back(), false, Poison::number, 0,
                               kBetween))
      return bad;
    return right(fill, test, {fmt::format("fill {}, execution {}", word(fill), kWhich)});
  }

  static constexpr const char* kOneCopyOfWeights =
      ": two slots with weights of their own gave a wrong result, and the right one with the same "
      "weights in both: what prepare_weights() makes is kept outside of the plan, or once for all "
      "its slots (in a static variable?)";

  bool right_with_same_weights(GuardedPlan& memory, const PlanOpened& plan, Fill fill) {
    const auto& one = tensors_.of(fill);
    const auto& other = tensors_.of(fill, true);
    return !memory.run_batch({one.inputs(), other.inputs()}, order_.placements.front(),
                             Poison::number) &&
           !judge(fill, one, plan.algorithm, memory.outputs(0), {}) &&
           !judge(fill, other, plan.algorithm, memory.outputs(1), {});
  }

  /// Opens a second plan with another number of threads and two slots, while the first plan is
  /// open. Both slots run in one call of execute, each with weights of its own where the plan
  /// allows that, and then the second one again.
  Bad second_plan(const std::vector<Fill>& fills) {
    auto settings = order_.plan;
    settings.threads = other_threads(settings.threads, tensors_.spec().geometry);
    settings.slots = 2;
    const auto plan = worker_.call(OpenPlan{order_.backend, tensors_.spec(), settings}, limit_);
    if (!plan) {
      if (!std::holds_alternative<Refused>(plan.error())) return plan.error();
      runs_.note(fmt::format("refused with {} threads and 2 slots", settings.threads));
      return std::nullopt;
    }
    if (const auto why = broken_rule(plan->algorithm, tensors_.spec()); !why.empty())
      return Failed{fmt::format("plan_algorithm: {}: {}", plan->algorithm.name, why)};
    if (auto why = lacks_memory(*plan)) {
      runs_.note(std::move(*why));
    } else {
      second_plan_ran_ = true;
      if (auto bad = both_slots(fills, *plan, settings.threads)) return bad;
    }
    return trouble_of(worker_.call(ClosePlan{plan->plan}, limit_));
  }

  /// A plan that does not fit is left out, with a note: the first one was verified.
  std::optional<std::string> lacks_memory(const PlanOpened& plan) const {
    const double needed = 2 * tensor_bytes(tensors_.spec()) + announced_bytes(plan.requirements, 2);
    return beyond_memory("a plan with 2 slots", needed, announced_bytes(plan.requirements, 2));
  }

  Bad both_slots(const std::vector<Fill>& fills, const PlanOpened& plan, int threads) {
    GuardedPlan memory(worker_, tensors_.spec(), plan, limit_, 2, Beside::other_plans);
    const auto first = fills.front();
    const bool same_weights = shares_weights(plan);
    const auto other = same_weights ? first : other_fill(fills, tensors_.spec().geometry);
    const auto& second = tensors_.of(other, same_weights);
    if (auto bad = memory.run_batch({tensors_.of(first).inputs(), second.inputs()},
                                    order_.placements.front(), Poison::number))
      return bad;
    const auto in_slot = [&](int slot, Fill fill, const TestTensors& test) {
      return judge(fill, test, plan.algorithm, memory.outputs(slot),
                   {fmt::format("fill {}, slot {} of 2, {} threads", word(fill), slot, threads)});
    };
    auto bad = in_slot(1, other, second);
    if (!bad) {
      const auto before = memory.written(1);
      if (auto wrong =
              memory.run(second.inputs(), order_.placements.front(), false, Poison::number, 1))
        return wrong;
      // Slot 0 is judged after the second run, which must have left its output alone.
      bad = in_slot(0, first, tensors_.of(first));
      if (!bad && !wrote_again(before, memory.outputs(1))) {
        bad = in_slot(1, other, second);
        if (!bad && plan.algorithm.deterministic) return two_results();
      }
    }
    if (bad && other != first && right_with_same_weights(memory, plan, first))
      return broken(Rule::R18, plan.algorithm.name + kOneCopyOfWeights);
    return bad;
  }

  Worker& worker_;
  const VerifyOrder& order_;
  ProblemTensors& tensors_;
  const PlanOpened& plan_;
  std::chrono::milliseconds limit_;
  GuardedPlan memory_;
  bool second_plan_ran_ = false;
  JudgedRuns runs_;
};

}  // namespace

std::vector<Fill> fitting_fills(const std::vector<Fill>& wanted, const Spec& spec) {
  std::vector<Fill> fills;
  for (const auto fill : wanted)
    if (fits(fill, spec)) fills.push_back(fill);
  if (fills.empty()) fills.push_back(Fill::normal);
  return fills;
}

PlanSettings plan_settings(const Competitor& competitor, const std::string& algorithm, int threads,
                           int slots) {
  PlanSettings s;
  s.device = competitor.device;
  s.threads = threads;
  s.slots = slots;
  s.options = competitor.choice.options;
  if (algorithm != "default") s.algorithm = algorithm;
  return s;
}

namespace {

/// What judging its outputs takes; it is not known before the plan is open.
double bound_for_verifying(const ProblemTensors& tensors, const PlanOpened* plan) {
  if (!plan) return 0;
  return tensors.projected() ? Projection::bound_bytes(tensors.spec(), plan->algorithm)
                             : bound_bytes(tensors.spec(), plan->algorithm);
}

/// What the open plan announces for verifying; it is not known before. With a full reference a
/// second plan, with two slots, is open beside it: it counts as if it announced the same.
double announced_for_verifying(const ProblemTensors& tensors, const PlanOpened* plan) {
  if (!plan) return 0;
  return announced_bytes(plan->requirements, 1) +
         (tensors.projected() ? 0 : announced_bytes(plan->requirements, 2));
}

/// Refused, where verifying needs more than there is beyond what is held already. `plan`: null
/// before it is open.
std::optional<Verdict> lacks_memory(const VerifyOrder& order, const ProblemTensors& tensors,
                                    const PlanOpened* plan) {
  const double announced = announced_for_verifying(tensors, plan);
  const double needed = verify_bytes(tensors.spec(), order.settings, tensors.projected()) -
                        tensors.held_bytes() + announced + bound_for_verifying(tensors, plan);
  if (auto why = beyond_memory("verifying it", needed, announced))
    return Refused{RefusalReason::memory, std::move(*why)};
  return std::nullopt;
}

/// Runs the steps on an open plan.
Verdict verified(Worker& worker, const VerifyOrder& order, ProblemTensors& tensors,
                 const PlanOpened& plan, std::chrono::milliseconds limit) {
  if (auto refused = lacks_memory(order, tensors, &plan)) return std::move(*refused);
  try {
    return VerificationLadder(worker, order, tensors, plan, limit).verdict();
  } catch (const MachineTrouble& trouble) {
    return trouble.verdict();
  } catch (const std::bad_alloc&) {
    return Refused{RefusalReason::memory,
                   "the machine has too little memory for this problem in verify mode"};
  }
}

}  // namespace

VerifiedCase verify_case(Worker& worker, const VerifyOrder& order, ProblemTensors& tensors) {
  VerifiedCase result;
  const auto& spec = tensors.spec();
  if (spec.direction != Direction::forward &&
      order.settings.reference == ReferenceKind::projection) {
    result.verdict = Refused{RefusalReason::direction,
                             "there is no projection of a gradient: --reference full or auto"};
    return result;
  }
  if (auto refused = lacks_memory(order, tensors, nullptr)) {
    result.verdict = std::move(*refused);
    return result;
  }
  const auto limit = order.settings.timeout.value_or(default_timeout(spec.geometry.flops()));
  auto opened = worker.call(OpenPlan{order.backend, spec, order.plan}, limit);
  if (!opened) {
    result.verdict = opened.error();
    return result;
  }
  // The plugin layer has checked this too, but in a process that the plugin can write to.
  if (const auto why = broken_rule(opened->algorithm, spec); !why.empty()) {
    result.verdict = Failed{fmt::format("plan_algorithm: {}: {}", opened->algorithm.name, why)};
    (void)worker.call(ClosePlan{opened->plan}, limit);
    return result;
  }
  result.plan = std::move(*opened);
  result.memory_bytes = verify_bytes(spec, order.settings, tensors.projected()) +
                        announced_for_verifying(tensors, &*result.plan) +
                        bound_for_verifying(tensors, &*result.plan);
  result.verdict = verified(worker, order, tensors, *result.plan, limit);
  worker.arena().release();
  result.open = worker.alive() && std::holds_alternative<Agrees>(result.verdict);
  if (worker.alive() && !result.open) (void)worker.call(ClosePlan{result.plan->plan}, limit);
  return result;
}

}  // namespace convgauge::run
