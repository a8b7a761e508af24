#include "run/noise_floor.hpp"

#include <array>

#include "core/layers.hpp"
#include "core/problem_text.hpp"
#include "run/processes.hpp"
#include "run/verify_case.hpp"

namespace convgauge::run {
namespace {

constexpr const char* kProblem = "n1c32h28w28_o32k3p1";  // 14 Mflop: well under a sample's 5 ms
constexpr int kProcesses = 4;                            // of each side

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

}  // namespace

double measure_noise_floor(const Program& executable, int threads, int rounds) {
  const Competitor one = competitor("A/A one"), other = competitor("A/A other");
  const auto spec = Spec::of(*parse_problem(kProblem), Dtype::f32);
  ReferenceCache references{ReferenceCache::Options{}};
  ProblemTensors tensors(spec, 1, threads, references);
  Pool pool(executable, true);
  std::array cases{agreed_case(one, threads), agreed_case(other, threads)};
  for (auto& c : cases)
    if (!open_plan(c, pool, spec)) return 0;
  MeasureOrder order;
  order.settings.rounds = rounds;
  order.settings.processes = kProcesses;
  measure_in_processes(cases, pool, tensors, order);
  const auto* a = std::get_if<Measured>(&cases[0].record.measurement);
  const auto* b = std::get_if<Measured>(&cases[1].record.measurement);
  return a && b ? largest_difference(*a, *b) : 0;
}

}  // namespace convgauge::run
