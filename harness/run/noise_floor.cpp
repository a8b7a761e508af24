#include "run/noise_floor.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/layers.hpp"
#include "core/problem_text.hpp"
#include "measure/evidence.hpp"
#include "run/processes.hpp"
#include "run/verify_case.hpp"

namespace convgauge::run {
namespace {

constexpr const char* kProblem = "n1c32h28w28_o32k3p1";  // 14 Mflop: well under a sample's 5 ms
constexpr int kProcesses = 3, kRounds = 5;               // 15 rounds in all, as in a run by default

Competitor competitor(const char* label) {
  Competitor c;
  c.choice.name = "reference";
  c.choice.label = label;
  c.plugin_file = kReferencePlugin;
  c.device_text = "cpu:0";
  return c;
}

/// A case that counts as verified.
Case agreed_case(const Competitor& competitor, int threads) {
  Case c;
  c.competitor = &competitor;
  c.settings = plan_settings(competitor, "default", threads, 1);
  c.record.verdict = Agrees{};
  return c;
}

/// How far the interval's farther end is from 1, as a share.
double reach(const MedianInterval& ratio) {
  return ratio.low
             ? std::expm1(std::max(std::abs(std::log(*ratio.low)), std::abs(std::log(*ratio.high))))
             : 0;
}

}  // namespace

double measure_noise_floor(const std::filesystem::path& executable, int threads) {
  const Competitor one = competitor("A/A one"), other = competitor("A/A other");
  const auto spec = Spec::of(*parse_problem(kProblem), Dtype::f32);
  ReferenceCache references{ReferenceCache::Options{}};
  ProblemTensors tensors(spec, 1, threads, references);
  Pool pool(executable, true);
  std::array cases{agreed_case(one, threads), agreed_case(other, threads)};
  for (auto& c : cases)
    if (!open_plan(c, pool, spec)) return 0;
  MeasureOrder order;
  order.settings.rounds = kRounds;
  order.settings.processes = kProcesses;
  measure_in_processes(cases, pool, tensors, order);
  const auto* a = std::get_if<Measured>(&cases[0].record.measurement);
  const auto* b = std::get_if<Measured>(&cases[1].record.measurement);
  if (!a || !b) return 0;
  const auto common = common_rounds(*a, *b);
  RankLaws laws;
  return common.a.empty() ? 0 : reach(ratio_interval(paired_evidence(common.a, common.b, laws)));
}

}  // namespace convgauge::run
