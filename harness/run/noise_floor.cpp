#include "run/noise_floor.hpp"

#include <algorithm>
#include <cmath>

#include "core/problem_text.hpp"
#include "measure/evidence.hpp"
#include "run/guarded_plan.hpp"
#include "run/processes.hpp"

namespace convgauge {
namespace {

constexpr const char* kProblem = "n1c32h28w28_o32k3p1";  // 14 Mflop: well under a sample's 5 ms
constexpr int kProcesses = 3, kRounds = 5;               // 15 rounds in all, as a run has

Competitor competitor(const char* label) {
  Competitor c;
  c.choice.name = "reference";
  c.choice.label = label;
  c.plugin_file = kReferencePlugin;
  c.device_text = "cpu:0";
  return c;
}

bool open(Entrant& entrant, Pool& pool, const Spec& spec, int threads) {
  auto worker = pool.worker(*entrant.competitor, threads);
  if (!worker) return false;
  entrant.settings = plan_settings(*entrant.competitor, "default", threads, 1);
  auto opened = (*worker)->call(OpenPlan{entrant.competitor->choice.name, spec, entrant.settings},
                                default_timeout(spec.geometry.flops()));
  if (!opened) return false;
  entrant.plan = std::move(*opened);
  entrant.process = (*worker)->pid();
  return true;
}

/// The farther end of an interval from 1, as a share.
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
  Material material(spec, 1, threads, references);
  Pool pool(executable, true);
  std::vector<Entrant> entrants(2);
  entrants[0].competitor = &one;
  entrants[1].competitor = &other;
  for (auto& entrant : entrants)
    if (!open(entrant, pool, spec, threads)) return 0;
  MeasureOrder order;
  order.settings.rounds = kRounds;
  order.settings.processes = kProcesses;
  order.threads = threads;
  measure_in_processes(entrants, pool, material, order);
  const auto* a = std::get_if<Measured>(&entrants[0].measurement);
  const auto* b = std::get_if<Measured>(&entrants[1].measurement);
  if (!a || !b) return 0;
  const auto common = common_rounds(*a, *b);
  RankLaws laws;
  return common.a.empty() ? 0 : reach(ratio_interval(paired_evidence(common.a, common.b, laws)));
}

}  // namespace convgauge
