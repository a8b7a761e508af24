#include "run/verify_case.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "run/guarded_plan.hpp"
#include "run/memory_need.hpp"
#include "verify/compare.hpp"
#include "verify/diagnose.hpp"

namespace convgauge {
namespace {

/// One case on its way up the ladder; the first step that fails is its verdict.
class Climb {
 public:
  Climb(Worker& worker, const VerifyOrder& order, Material& material, const PlanOpened& plan,
        std::chrono::milliseconds limit)
      : order_(order), material_(material), plan_(plan), memory_(worker, material.spec(), plan, limit) {}

  Verdict verdict() {
    for (const auto fill : order_.settings.fills) {
      if (!fits(fill, material_.spec())) {
        result_.notes.push_back(fmt::format("fill {} does not fit this problem", word(fill)));
        continue;
      }
      for (const auto placement : order_.placements)
        if (auto bad = plain_run(fill, placement)) return *bad;
      // Once is enough for what does not depend on the values; on exact integers where they are asked for first.
      if (fill == order_.settings.fills.back())
        if (auto bad = repeated(fill)) return *bad;
      if (fill == order_.settings.fills.front())
        if (auto bad = changed_source(fill)) return *bad;
    }
    result_.elements = elements(material_.spec().geometry.dst_shape());
    return result_;
  }

 private:
  using Bad = std::optional<Verdict>;

  Bad plain_run(Fill fill, Placement placement) {
    const auto& sheet = material_.sheet(fill);
    // Both kinds of poison, so that nobody can tell by a NaN in the output that it is being watched.
    const auto poison = placement == order_.placements.front() ? Poison::nan : Poison::number;
    if (auto bad = memory_.run(sheet.inputs(), placement, true, poison)) return bad;
    if (auto bad = complete(sheet, placement, poison)) return bad;
    if (auto bad = right(fill, sheet, fmt::format("fill {}, placement {}", word(fill), word(placement)))) return bad;
    if (fill == Fill::normal)
      result_.rel_l2 = std::max(result_.rel_l2, relative_l2(material_.spec(), sheet.reference(), memory_.output()));
    return std::nullopt;
  }

  /// R7: every element written. A NaN that is still there was left, or read and passed on: a finite poison tells.
  Bad complete(const Sheet& sheet, Placement placement, Poison poison) {
    std::int64_t first = 0;
    auto left = memory_.unwritten(poison, &first);
    if (left == 0) return std::nullopt;
    if (poison == Poison::nan) {
      if (auto bad = memory_.run(sheet.inputs(), placement, true, Poison::number)) return bad;
      left = memory_.unwritten(Poison::number, &first);
    }
    if (left == 0) return Failed{"R11: the result depends on what the output held before"};
    return Trespass{
        "R7", fmt::format("execute: left {} of {} output elements unwritten, the first at index {} in memory", left,
                          elements(material_.spec().geometry.dst_shape()), first)};
  }

  Bad right(Fill fill, const Sheet& sheet, std::string oracle) {
    const Evidence evidence{material_.spec(), plan_.algorithm,   fill,
                            sheet.inputs(),   sheet.reference(), memory_.output()};
    auto outcome = compare(evidence);
    if (order_.witness) order_.witness(evidence, oracle, std::holds_alternative<Agrees>(outcome));
    if (auto* differs = std::get_if<Differs>(&outcome)) {
      differs->oracle = std::move(oracle);
      differs->diagnosis = diagnose(evidence);
      return *differs;
    }
    const auto& agrees = std::get<Agrees>(outcome);
    result_.worst = std::max(result_.worst, agrees.worst);
    for (const auto& note : agrees.notes)
      if (std::find(result_.notes.begin(), result_.notes.end(), note) == result_.notes.end())
        result_.notes.push_back(note);
    return std::nullopt;
  }

  /// R12: under the same binding and weights, another source gives another result.
  Bad changed_source(Fill fill) {
    const auto& sheet = material_.sheet(fill, true);
    if (auto bad = memory_.run(sheet.inputs(), order_.placements.back(), false, Poison::number)) return bad;
    return right(fill, sheet, fmt::format("fill {}, changed source (R12)", word(fill)));
  }

  /// R18: the same inputs once more, the same bits.
  Bad repeated(Fill fill) {
    if (!plan_.algorithm.deterministic) return std::nullopt;
    const auto bytes = material_.spec().dst_bytes();
    const std::vector<std::byte> before(memory_.output(), memory_.output() + bytes);
    if (auto bad = memory_.run(material_.sheet(fill).inputs(), order_.placements.back(), false)) return bad;
    if (bytes == 0 || std::memcmp(before.data(), memory_.output(), bytes) == 0) return std::nullopt;
    return Failed{fmt::format("R18: {} says it is deterministic, but two runs on the same inputs gave different bits",
                              plan_.algorithm.name)};
  }

  const VerifyOrder& order_;
  Material& material_;
  const PlanOpened& plan_;
  GuardedPlan memory_;
  Agrees result_;
};

}  // namespace

PlanSettings plan_settings(const Competitor& competitor, const std::string& algorithm, int threads, int slots) {
  PlanSettings s;
  s.device = competitor.device;
  s.threads = threads;
  s.slots = slots;
  s.options = competitor.choice.options;
  if (algorithm != "default") s.algorithm = algorithm;
  return s;
}

VerifiedCase verify_case(Worker& worker, const VerifyOrder& order, Material& material) {
  VerifiedCase result;
  const auto& spec = material.spec();
  if (spec.direction != Direction::forward) {
    result.verdict = Refused{
        "direction", "convgauge's reference computes the forward direction only, so nothing else can be verified yet"};
    return result;
  }
  if (auto why = beyond_memory(verify_bytes(spec, order.settings), available_bytes())) {
    result.verdict = Refused{"memory", std::move(*why)};
    return result;
  }
  const auto limit = order.settings.timeout.value_or(default_timeout(spec.geometry.flops()));
  const auto opened = worker.call(OpenPlan{order.backend, spec, order.plan}, limit);
  if (auto bad = trouble_of(opened)) {
    result.verdict = *bad;
    return result;
  }
  result.plan = std::get<PlanOpened>(std::get<Reply>(opened));
  try {
    result.verdict = Climb(worker, order, material, *result.plan, limit).verdict();
  } catch (const std::bad_alloc&) {
    result.verdict = Refused{"memory", "the machine has too little memory for this problem in verify mode"};
  }
  result.open = worker.alive() && std::holds_alternative<Agrees>(result.verdict);
  if (worker.alive() && !result.open) (void)worker.call(ClosePlan{result.plan->plan}, limit);
  return result;
}

}  // namespace convgauge
