#include "run/single_case.hpp"

#include "core/layers.hpp"
#include "run/guarded_plan.hpp"

namespace convgauge::run {

SingleCase verify_single(Pool& pool, const SingleOrder& order, ProblemTensors& tensors) {
  constexpr std::chrono::milliseconds kCloseLimit{10'000};
  constexpr int kSlots = 1;
  SingleCase result;
  auto worker = pool.worker(*order.competitor, order.threads);
  if (!worker) {
    result.verdict = worker.error();
    return result;
  }
  const VerifyOrder verify{order.competitor->choice.name,
                           plan_settings(*order.competitor, order.algorithm, order.threads, kSlots),
                           order.verify,
                           order.placements,
                           {}};
  auto done = verify_case(**worker, verify, tensors);
  result.verdict = std::move(done.verdict);
  if (!done.plan) return result;
  result.algorithm = done.plan->algorithm;
  if (!done.open) return result;
  if (const auto ok = (*worker)->call(ClosePlan{done.plan->plan}, kCloseLimit); !ok)
    result.verdict = ok.error();
  return result;
}

}  // namespace convgauge::run
