#include "run/run_tensors.hpp"

#include <algorithm>

#include "core/layers.hpp"
#include "run/guarded_plan.hpp"
#include "run/memory_need.hpp"
#include "run/verify_case.hpp"

namespace convgauge::run {

TensorRun run_tensors(Pool& pool, const Competitor& competitor, const std::string& algorithm,
                      int threads, const Spec& spec, const Inputs& inputs) {
  TensorRun result;
  auto worker = pool.worker(competitor, threads);
  if (!worker) {
    result.verdict = worker.error();
    return result;
  }
  const auto limit = default_timeout(spec.geometry.flops());
  const auto plan = (*worker)->call(
      OpenPlan{competitor.choice.name, spec, plan_settings(competitor, algorithm, threads, 1)},
      limit);
  if (!plan) {
    result.verdict = plan.error();
    return result;
  }
  result.algorithm = plan->algorithm.name;
  const double announced = announced_bytes(plan->requirements, 1);
  if (auto why = beyond_memory("running it", tensor_bytes(spec) + announced, announced)) {
    result.verdict = Refused{RefusalReason::memory, std::move(*why)};
    return result;
  }
  GuardedPlan memory(**worker, spec, *plan, limit);
  for (const auto placement : {Placement::start, Placement::end})
    if (const auto bad = memory.run(inputs, placement, true)) {
      result.verdict = *bad;
      return result;
    }
  const auto written = memory.outputs();
  for (const auto role : kTensorRoles) {
    if (!spec.writes(role)) continue;
    auto& output = result.outputs[index_of(role)] = Buffer(spec.bytes(role));
    std::copy_n(written[index_of(role)], spec.bytes(role), output.data());
  }
  result.verdict = Agrees{};
  return result;
}

}  // namespace convgauge::run
