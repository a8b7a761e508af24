#include "run/sweep.hpp"

#include <fmt/format.h>

#include "core/layers.hpp"
#include "core/processors.hpp"
#include "run/case_runner.hpp"
#include "run/known_failure.hpp"
#include "run/problems_at_once.hpp"
#include "run/run_header.hpp"
#include "run/run_log.hpp"

namespace convgauge::run {
namespace {

/// The problems of a suite, recorded one after the other, until a stop rule or the user ends it.
class Sweep {
 public:
  Sweep(const Suite& suite, const std::vector<Competitor>& competitors, const SweepOptions& options,
        const SweepHooks& hooks, RunLog log)
      : suite_(suite),
        competitors_(competitors),
        options_(options),
        hooks_(hooks),
        log_(std::move(log)),
        known_libraries_(loaded_libraries(log_.results())),
        shrinker_(options.executable,
                  options.measure || options.in_process ? ShrinkBudget{} : options.shrink,
                  hooks.interrupted) {}

  Expected<SweepResult> run() {
    std::vector<std::int64_t> due;
    for (std::int64_t i = options_.shard; i < count(); i += options_.shards)
      if (!log_.has(i)) due.push_back(i);
    for (const auto i : due) progress_.cases += cases_of(i);
    const int jobs = jobs_of(options_, competitors_);
    const auto whole = jobs > 1 && due.size() > 1 ? run_at_once(due, jobs) : run_one_by_one(due);
    if (!whole) return tl::unexpected(whole.error());
    tell(count());
    return SweepResult{log_.take(), !*whole};
  }

 private:
  /// False where the user ended it.
  Expected<bool> run_one_by_one(const std::vector<std::int64_t>& due) {
    CaseRunner runner(suite_, competitors_, options_, log_.results(), references_);
    for (const auto i : due) {
      if (hooks_.interrupted && hooks_.interrupted()) return false;
      tell(i);
      const auto whole = runner.run(i, physical_cores(), hooks_.interrupted,
                                    [this](Case& c) { return settle(c); });
      if (!whole || !*whole) return whole;
      if (stop_ || runner.none_left()) break;
    }
    return true;
  }

  Expected<bool> run_at_once(const std::vector<std::int64_t>& due, int jobs) {
    const auto so_far = log_.results();
    ProblemsAtOnce at_once(suite_, competitors_, options_, so_far, references_, due, jobs,
                           hooks_.interrupted);
    for (const auto i : due) {
      tell(i);
      auto done = at_once.take();
      for (auto& c : done.cases)
        if (auto ok = settle(c); !ok) return tl::unexpected(ok.error());
      if (done.thrown) std::rethrow_exception(done.thrown);
      if (done.error) return tl::unexpected(*done.error);
      if (!done.whole) return false;
      if (stop_) break;
    }
    return true;
  }

  std::int64_t count() const { return static_cast<std::int64_t>(suite_.problems.size()); }

  std::int64_t cases_of(std::int64_t i) const {
    const auto settings = settings_of(suite_, suite_.problems[static_cast<std::size_t>(i)]);
    return static_cast<std::int64_t>(settings.size() * competitors_.size());
  }

  /// The problem of that index begins; count(): all are done.
  void tell(std::int64_t i) {
    progress_.done = i;
    progress_.problems = count();
    progress_.problem = i < count() ? &suite_.problems[static_cast<std::size_t>(i)] : nullptr;
    if (hooks_.progress) hooks_.progress(progress_);
  }

  /// Finishes a case that ran: marks it as known or shrinks it, writes and reports it, and decides
  /// whether the run ends.
  Expected<void> settle(Case& c) {
    auto& r = c.record;
    r.finished = utc_now();
    auto& known_libraries = known_libraries_[c.competitor->choice.label];
    std::erase_if(r.libraries,
                  [&](const LoadedLibrary& l) { return contains(known_libraries, l); });
    add_libraries(known_libraries, r.libraries);
    if (const auto* known = known_failure(suite_, r)) r.known = known->issue;
    if (!r.known) shrinker_.look_at(r, {c.competitor, suite_.settings.verify, options_.placements});
    if (auto ok = plugin_not_replaced(*c.competitor); !ok) return ok;
    stop_ = stop_ || (options_.fail_fast && is_defect(r.verdict) && !r.known);
    if (auto ok = log_.append(r); !ok) return ok;
    if (hooks_.record) hooks_.record(r);
    ++progress_.cases_done;
    if (hooks_.progress) hooks_.progress(progress_);
    return {};
  }

  const Suite& suite_;
  const std::vector<Competitor>& competitors_;
  const SweepOptions& options_;
  const SweepHooks& hooks_;
  RunLog log_;
  LibrariesByLabel known_libraries_;  // recorded so far
  ReferenceCache references_{{.directory = reference::cache_folder()}};
  Shrinker shrinker_;
  Progress progress_;
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
