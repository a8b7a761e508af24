#include "run/sweep.hpp"

#include <fmt/format.h>

#include "core/layers.hpp"
#include "run/case_runner.hpp"
#include "run/known_failure.hpp"
#include "run/run_header.hpp"
#include "run/run_log.hpp"

namespace convgauge::run {
namespace {

/// The problems of a suite one after the other, until a stop rule or the user ends it.
class Sweep {
 public:
  Sweep(const Suite& suite, const std::vector<Competitor>& competitors, const SweepOptions& options,
        const SweepHooks& hooks, RunLog log)
      : suite_(suite),
        options_(options),
        hooks_(hooks),
        log_(std::move(log)),
        runner_(suite, competitors, options, log_.results()),
        shrinker_(options.executable,
                  options.measure || options.in_process ? ShrinkBudget{} : options.shrink,
                  hooks.interrupted) {}

  Expected<SweepResult> run() {
    bool interrupted = false;
    for (std::int64_t i = 0; i < count() && !stop_; ++i) {
      if (i % options_.shards != options_.shard || log_.has(i)) continue;
      interrupted = hooks_.interrupted && hooks_.interrupted();
      if (interrupted) break;
      tell(i);
      const auto whole = runner_.run(i, hooks_.interrupted, [this](Case& c) { return settle(c); });
      if (!whole) return tl::unexpected(whole.error());
      interrupted = !*whole;
      if (interrupted) break;
    }
    tell(count());
    return SweepResult{log_.take(), interrupted};
  }

 private:
  std::int64_t count() const { return static_cast<std::int64_t>(suite_.problems.size()); }

  void tell(std::int64_t i) {
    if (hooks_.progress)
      hooks_.progress(
          {i, count(), i < count() ? &suite_.problems[static_cast<std::size_t>(i)] : nullptr});
  }

  /// Finishes a case that ran: marks it as known or shrinks it, writes and reports it, and decides
  /// whether the run ends.
  Expected<void> settle(Case& c) {
    auto& r = c.record;
    r.finished = utc_now();
    if (const auto* known = known_failure(suite_, r)) r.known = known->issue;
    if (!r.known) shrinker_.look_at(r, {c.competitor, suite_.settings.verify, options_.placements});
    if (auto ok = plugin_not_replaced(*c.competitor); !ok) return ok;
    stop_ = stop_ || (options_.fail_fast && is_defect(r.verdict) && !r.known) ||
            (options_.first_failures && runner_.none_left());
    if (auto ok = log_.append(r); !ok) return ok;
    if (hooks_.record) hooks_.record(r);
    return {};
  }

  const Suite& suite_;
  const SweepOptions& options_;
  const SweepHooks& hooks_;
  RunLog log_;
  CaseRunner runner_;
  Shrinker shrinker_;
  bool stop_ = false;
};

}  // namespace

Expected<SweepResult> sweep(const Suite& suite, const Catalog& catalog, const SweepOptions& options,
                            const SweepHooks& hooks) {
  if (options.measure && options.in_process && suite.settings.measure.processes != 1)
    return error(fmt::format("settings/measure/processes: {}: --in-process is one process",
                             suite.settings.measure.processes));
  auto resolved = resolve_backends(suite, catalog);
  if (!resolved) return tl::unexpected(resolved.error());
  auto header = make_header(suite, *resolved, options);
  if (options.measure && options.measure_machine_peaks)
    measure_machine(header.machine, suite, options);
  auto log = RunLog::open(std::move(header), options);
  if (!log) return tl::unexpected(log.error());
  return Sweep(suite, resolved->competitors, options, hooks, std::move(*log)).run();
}

}  // namespace convgauge::run
