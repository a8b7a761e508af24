#include "run/processes.hpp"

#include <fmt/format.h>

#include "measure/quiet.hpp"
#include "run/guarded_plan.hpp"

namespace convgauge {
namespace {

template <class T>
void append(std::vector<T>& to, const std::vector<T>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

/// Adds the samples of one more process; times that are taken once stay those of the first.
void join(Measured& all, const Measured& more) {
  append(all.samples_ns, more.samples_ns);
  append(all.device_ns, more.device_ns);
  append(all.loads, more.loads);
  for (auto list :
       {&HardwareCounts::instructions, &HardwareCounts::cycles, &HardwareCounts::cache_misses}) {
    append(all.counts.*list, more.counts.*list);
    if ((all.counts.*list).size() != all.samples_ns.size())
      (all.counts.*list).clear();  // one process counted none
  }
  if (all.counts.refused.empty()) all.counts.refused = more.counts.refused;
  all.discarded += more.discarded;
  all.budget_cut = all.budget_cut || more.budget_cut;
  if (all.note.empty()) all.note = more.note;
  all.samples_per_process.push_back(static_cast<std::int64_t>(more.samples_ns.size()));
}

/// Runs the entrants that have not failed, and joins what they measured with what is there.
void measure_once(std::vector<Entrant>& entrants, Pool& pool, Material& material,
                  const MeasureOrder& order) {
  std::vector<Entrant> sound;
  std::vector<std::size_t> place;
  for (std::size_t i = 0; i < entrants.size(); ++i)
    if (!entrants[i].verdict) sound.push_back(entrants[i]), place.push_back(i);
  for (auto& entrant : sound) entrant.measurement = Skipped{SkipReason::not_asked_for};
  measure_group(sound, pool, material, order);
  for (std::size_t i = 0; i < sound.size(); ++i) {
    auto& entrant = entrants[place[i]];
    auto* before = std::get_if<Measured>(&entrant.measurement);
    const auto* now = std::get_if<Measured>(&sound[i].measurement);
    if (before && now)
      join(*before, *now);
    else
      entrant.measurement = std::move(sound[i].measurement);
    entrant.verdict = sound[i].verdict;
    entrant.process = sound[i].process;
    entrant.plan = sound[i].plan;
  }
}

}  // namespace

void measure_in_processes(std::vector<Entrant>& entrants, Pool& pool, Material& material,
                          MeasureOrder order) {
  const int processes = order.settings.processes;
  order.settings.budget /= processes;
  measure_group(entrants, pool, material, order);
  for (auto& entrant : entrants)
    if (auto* m = std::get_if<Measured>(&entrant.measurement); m && processes > 1)
      m->samples_per_process = {static_cast<std::int64_t>(m->samples_ns.size())};
  for (int process = 1; process < processes; ++process) {
    pool.renew();
    ++order.seed;  // another order of the same competitors
    for (auto& entrant : entrants)
      if (!entrant.verdict) reopen(entrant, pool, material.spec(), order.threads);
    measure_once(entrants, pool, material, order);
  }
}

void judge_noise(std::vector<Entrant>& entrants) {
  for (auto& entrant : entrants) {
    auto* m = std::get_if<Measured>(&entrant.measurement);
    if (!m || !entrant.competitor->on_cpu) continue;
    if (auto why = too_loud(m->loads, m->discarded))
      entrant.measurement = Inconclusive{std::move(*why), std::move(*m)};
  }
}

}  // namespace convgauge
