#include "run/processes.hpp"

#include "core/layers.hpp"
#include "measure/quiet.hpp"

namespace convgauge::run {

void measure_in_processes(std::span<Case> cases, Pool& pool, ProblemTensors& tensors,
                          MeasureOrder order) {
  const int processes = order.settings.processes;
  order.settings.budget /= processes;
  measure_group(cases, pool, tensors, order);
  for (int process = 1; process < processes; ++process) {
    pool.renew();
    ++order.seed;  // another order of the same competitors
    for (auto& c : cases)
      if (c.is_open()) reopen_plan(c, pool, tensors.spec());
    measure_group(cases, pool, tensors, order);
  }
}

void judge_noise(std::span<Case> cases) {
  for (auto& c : cases) {
    auto* m = std::get_if<Measured>(&c.record.measurement);
    if (!m || !c.competitor->on_cpu) continue;
    if (auto why = too_loud(*m))
      c.record.measurement = Inconclusive{std::move(*why), std::move(*m)};
  }
}

}  // namespace convgauge::run
