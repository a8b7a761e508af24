#include "run/single_case.hpp"

#include "run/guarded_plan.hpp"

namespace convgauge {

SingleCase verify_single(Pool& pool, const SingleOrder& order, Material& material) {
  constexpr std::chrono::milliseconds kCloseLimit{10'000};
  constexpr int kSlots = 1;
  SingleCase result;
  auto worker = pool.worker(*order.competitor, order.threads);
  if (!worker) {
    result.verdict = Failed{worker.error().message};
    return result;
  }
  const VerifyOrder verify{order.competitor->choice.name,
                           plan_settings(*order.competitor, order.algorithm, order.threads, kSlots),
                           order.verify,
                           order.placements,
                           {}};
  auto done = verify_case(**worker, verify, material);
  result.verdict = std::move(done.verdict);
  if (!done.plan) return result;
  result.algorithm = done.plan->algorithm;
  if (done.open)
    if (const auto bad = trouble_of((*worker)->call(ClosePlan{done.plan->plan}, kCloseLimit)))
      result.verdict = *bad;
  return result;
}

}  // namespace convgauge
