#include "run/processes.hpp"

#include <algorithm>
#include <array>

#include "core/layers.hpp"
#include "measure/doubt.hpp"
#include "measure/quiet.hpp"
#include "measure/statistics.hpp"
#include "run/machine/machine.hpp"

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

namespace {

/// Of the arithmetic, only where no algorithm with fewer products is declared.
FastestTime fastest_time(const CaseRecord& r, const Machine& machine) {
  const bool counts = r.algorithm &&
                      (r.settings.dtype == Dtype::f32 || r.settings.dtype == Dtype::f64) &&
                      (r.algorithm->algorithm_class == AlgorithmClass::direct ||
                       r.algorithm->algorithm_class == AlgorithmClass::gemm);
  return measure::fastest_time(counts ? least_flops(r.problem.geometry) : 0,
                               static_cast<double>(r.bytes), r.settings.threads, machine.fma_peaks,
                               machine.read_peaks);
}

/// A loaded machine may have had a low peak: it is measured again.
std::optional<std::string> too_fast(const CaseRecord& r, const Measured& m,
                                    const Machine& machine) {
  if (m.samples_ns.empty()) return std::nullopt;
  const double median_ns = median_interval(m.samples_ns).median;
  if (!beyond_machine(median_ns, fastest_time(r, machine))) return std::nullopt;
  Machine now = machine;
  now.fma_peaks.clear(), now.read_peaks.clear();
  measure_peaks(now, std::array{r.settings.threads});
  auto fastest = fastest_time(r, machine);
  const auto again = fastest_time(r, now);
  if (again.compute_ns > 0) fastest.compute_ns = std::min(fastest.compute_ns, again.compute_ns);
  if (again.bytes_ns > 0) fastest.bytes_ns = std::min(fastest.bytes_ns, again.bytes_ns);
  return beyond_machine(median_ns, fastest);
}

}  // namespace

void judge_times(std::span<Case> cases, const Machine& machine) {
  for (auto& c : cases) {
    auto* m = std::get_if<Measured>(&c.record.measurement);
    if (!m) continue;
    if (c.competitor->on_cpu && m->doubt.empty())
      m->doubt = too_fast(c.record, *m, machine).value_or("");
    auto why =
        m->doubt.empty() ? std::nullopt : std::optional("its time is not believed: " + m->doubt);
    if (!why && c.competitor->on_cpu) why = too_loud(*m);
    if (why) c.record.measurement = Inconclusive{std::move(*why), std::move(*m)};
  }
}

}  // namespace convgauge::run
