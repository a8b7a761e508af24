#include "run/case.hpp"

#include <utility>
#include "core/layers.hpp"

namespace convgauge::run {
namespace {

using std::chrono::milliseconds;

template <class T>
void append(std::vector<T>& to, const std::vector<T>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

std::int64_t sample_count(const Measured& m) {
  return static_cast<std::int64_t>(m.samples_ns.size());
}

void join(Measured& all, const Measured& more) {
  if (all.samples_per_process.empty()) all.samples_per_process = {sample_count(all)};
  append(all.samples_ns, more.samples_ns);
  append(all.device_ns, more.device_ns);
  append(all.loads, more.loads);
  for (auto list :
       {&HardwareCounts::instructions, &HardwareCounts::cycles, &HardwareCounts::cache_misses}) {
    append(all.counts.*list, more.counts.*list);
    if ((all.counts.*list).size() != all.samples_ns.size())
      (all.counts.*list).clear();  // one process has no counts
  }
  if (all.counts.refused.empty()) all.counts.refused = more.counts.refused;
  all.discarded += more.discarded;
  all.budget_cut = all.budget_cut || more.budget_cut;
  if (all.note.empty()) all.note = more.note;
  if (all.doubt.empty()) all.doubt = more.doubt;
  all.samples_per_process.push_back(sample_count(more));
}

}  // namespace

CallResult<void> open_plan(Case& c, Pool& pool, const Spec& spec) {
  auto worker = pool.worker(*c.competitor, c.settings.threads);
  if (!worker) return tl::unexpected(worker.error());
  auto opened = (*worker)->call(OpenPlan{c.competitor->choice.name, spec, c.settings},
                                default_timeout(spec.geometry.flops()));
  if (!opened) return tl::unexpected(std::move(opened.error()));
  c.plan = std::move(*opened);
  c.process = (*worker)->pid();
  return {};
}

void reopen_plan(Case& c, Pool& pool, const Spec& spec) {
  const auto ok = open_plan(c, pool, spec);
  if (ok) return;
  const auto* refused = std::get_if<Refused>(&ok.error());
  c.record.verdict = refused && !is_denied(ok.error())
                         ? Verdict(Failed{"was refused in a fresh process: " + refused->why})
                         : ok.error();
}

void close_plan(Case& c, Pool& pool) {
  constexpr milliseconds kLimit{10'000};
  if (!c.is_open()) return;
  auto worker = pool.worker(*c.competitor, c.settings.threads);
  if (!worker) return;
  // A worker that replaced the plan's may have given its number to another plan.
  if ((*worker)->pid() != c.process) return c.plan.reset();
  if (const auto ok = (*worker)->call(ClosePlan{c.plan->plan}, kLimit); !ok)
    c.record.verdict = ok.error();
  c.plan.reset();
}

Details ask_details(const Case& c, Worker& worker) {
  constexpr milliseconds kLimit{2'000};
  if (c.competitor->on_cpu) return {};
  return worker.call(AskDetails{c.plan->plan}, kLimit).value_or(Details{});
}

void add_process(CaseRecord& record, Measured measured) {
  if (auto* before = std::get_if<Measured>(&record.measurement))
    join(*before, measured);
  else
    record.measurement = std::move(measured);
}

}  // namespace convgauge::run
