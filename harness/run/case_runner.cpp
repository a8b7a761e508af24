#include "run/case_runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iterator>

#include "core/layers.hpp"
#include "measure/cold.hpp"
#include "run/known_failure.hpp"
#include "run/machine/machine.hpp"
#include "run/processes.hpp"
#include "run/replay.hpp"
#include "run/verify_case.hpp"

namespace convgauge::run {
namespace {

std::size_t requirement_bytes(const PlanOpened& plan, BufferRole role) {
  std::size_t bytes = 0;
  for (const auto& need : plan.requirements)
    if (need.role == role) bytes += need.bytes;
  return bytes;
}

/// What the open plan announces of memory.
void note_memory(const PlanOpened& plan, CaseRecord& record) {
  record.workspace_bytes = requirement_bytes(plan, BufferRole::workspace);
  record.packed_weight_bytes = requirement_bytes(plan, BufferRole::packed_weights);
  for (const auto& need : plan.requirements) {
    if (need.overread_bytes > 0) record.overread.push_back({need.role, need.overread_bytes});
    if (need.memory_kind.is_library()) record.in_library.push_back(need.role);
  }
}

}  // namespace

CaseRunner::CaseRunner(const Suite& suite, const std::vector<Competitor>& competitors,
                       const SweepOptions& options, const Results& so_far,
                       ReferenceCache& references, int jobs)
    : suite_(suite),
      competitors_(competitors),
      options_(options),
      machine_(so_far.header.machine),
      pool_(options.executable, options.measure, options.in_process, jobs == 1),
      references_(references),
      first_libraries_(loaded_libraries(so_far)) {}

Expected<bool> CaseRunner::run(std::int64_t problem, int threads,
                               const std::function<bool()>& interrupted, const Settle& settle) {
  std::vector<std::vector<Case>> groups;
  std::int64_t count = 0;
  for (const auto& settings :
       settings_of(suite_, suite_.problems[static_cast<std::size_t>(problem)])) {
    groups.push_back(cases_of(problem, settings));
    for (auto& c : groups.back()) c.record.position.index = count++;
  }
  for (auto& group : groups) {
    for (auto& c : group) c.record.position.cases = count;
    if (group.empty()) continue;
    const auto whole = run_group(group, threads, interrupted, settle);
    if (!whole || !*whole) return whole;
  }
  return true;
}

std::vector<Case> CaseRunner::cases_of(std::int64_t problem, const CaseSettings& settings) {
  const auto spec = spec_of(suite_.problems[static_cast<std::size_t>(problem)].geometry, settings);
  std::vector<Case> cases;
  for (const auto& competitor : competitors_) {
    // A device's cases run with the first number of host threads only.
    if (!competitor.on_cpu && settings.threads != suite_.settings.threads.front()) continue;
    if (gone_.contains(competitor.choice.label)) continue;
    for (const auto& choice : choices(competitor, spec, settings.threads))
      cases.push_back(new_case(problem, competitor, choice, settings, spec));
  }
  return cases;
}

Expected<bool> CaseRunner::run_group(std::vector<Case>& cases, int threads,
                                     const std::function<bool()>& interrupted,
                                     const Settle& settle) {
  const auto is_over = [&] { return interrupted && interrupted(); };
  const auto& first = cases.front().record;
  const auto spec = spec_of(first.problem.geometry, first.settings);
  ProblemTensors tensors(spec, suite_.settings.verify.seed, threads, references_,
                         use_projection(spec, suite_.settings.verify));
  for (auto& c : cases) {
    if (is_over()) return false;
    if (gone_.contains(c.competitor->choice.label)) continue;
    const auto start = std::chrono::steady_clock::now();
    verify(c, tensors);
    c.record.verify_s =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (!error_.empty()) return error(error_);
    if (options_.first_failures && is_unknown_defect(suite_, c.record))
      gone_.insert(c.competitor->choice.label);
    if (options_.measure) continue;
    if (is_over()) return false;  // the plugin may have got the signal too
    if (auto ok = settle(c); !ok) return tl::unexpected(ok.error());
  }
  if (!options_.measure) return true;
  if (is_over()) return false;
  measure(cases, first.settings, tensors);
  for (auto& c : cases) {
    note_libraries(c);
    close_plan(c, pool_);
  }
  if (!error_.empty()) return error(error_);
  if (is_over()) return false;
  for (auto& c : cases)
    if (auto ok = settle(c); !ok) return tl::unexpected(ok.error());
  return true;
}

/// All algorithms of a backend if the config asks for "all", else the requested one.
auto CaseRunner::choices(const Competitor& c, const Spec& spec, int threads)
    -> std::vector<Choice> {
  if (c.choice.algorithm != "all")
    return {{c.choice.algorithm, c.choice.label, c.choice.algorithm == "default"}};
  std::vector<Choice> list;
  if (auto worker = pool_.worker(c, threads)) {
    const auto found = (*worker)->call(
        ListAlgorithms{c.choice.name, spec, plan_settings(c, "default", threads, 1)},
        default_timeout(spec.geometry.flops()));
    if (found)
      for (const auto& a : found->algorithms)  // the backend's own choice is listed first
        list.push_back({a.name, c.choice.label + ":" + a.name, list.empty()});
  }
  // If nothing is listed, the default is tried: its verdict says why.
  if (list.empty()) list.push_back({"default", c.choice.label});
  return list;
}

Case CaseRunner::new_case(std::int64_t problem, const Competitor& competitor, const Choice& choice,
                          const CaseSettings& settings, const Spec& spec) {
  Case c;
  c.competitor = &competitor;
  auto& r = c.record;
  r.position.problem = problem;
  r.problem = suite_.problems[static_cast<std::size_t>(problem)];
  r.backend = competitor.choice.name;
  r.label = choice.label;
  r.device = competitor.device_text;
  r.requested_algorithm = choice.algorithm;
  r.own_choice = choice.is_own;
  r.options = competitor.choice.options;
  r.settings = settings;
  r.bytes = spec.total_bytes();
  r.measurement = Skipped{options_.measure ? SkipReason::not_verified : SkipReason::not_asked_for};
  r.replay = replay_line(options_.measure ? "bench" : "verify", r, competitor,
                         suite_.settings.verify, options_.placements);
  c.settings = plan_settings(competitor, choice.algorithm, settings.threads,
                             settings.cold && options_.measure ? slots_to_open(c, spec) : 1);
  return c;
}

/// The most slots that a cold measurement can need: computed from source and output alone, since a
/// slot that holds more bytes only lowers the number of slots needed.
int CaseRunner::slots_to_open(const Case& c, const Spec& spec) {
  const auto bytes = static_cast<std::int64_t>(spec.src_bytes() + spec.dst_bytes());
  const auto cache = c.competitor->on_cpu ? last_level_cache(c.record.settings.threads)
                                          : c.competitor->last_level_cache_bytes;
  return cold_slots({.slot_bytes = bytes, .cache_bytes = cache}).slots;
}

/// Looked up once for each number of threads.
std::int64_t CaseRunner::last_level_cache(int threads) {
  auto& bytes = last_level_caches_[threads];
  if (bytes == 0) bytes = last_level_bytes(machine_, threads);
  return bytes;
}

void CaseRunner::verify(Case& c, ProblemTensors& tensors) {
  auto& record = c.record;
  auto worker = pool_.worker(*c.competitor, c.settings.threads);
  if (!worker) {
    record.verdict = worker.error();
    return;
  }
  Dump dump(options_.dump, record);
  auto done = verify_case(
      **worker,
      {record.backend, c.settings, suite_.settings.verify, options_.placements, dump.observer()},
      tensors);
  record.verdict = std::move(done.verdict);
  dump.finish(record, tensors, suite_.settings.verify.fills);
  if (!dump.error().empty()) error_ = dump.error();
  if (done.plan) {
    record.algorithm = done.plan->algorithm;
    note_memory(*done.plan, record);
    record.memory_bytes = static_cast<std::size_t>(done.memory_bytes);
  }
  if (!options_.measure || !done.open) note_libraries(c);
  if (!done.open) return;
  c.plan = std::move(done.plan);
  c.process = (*worker)->pid();
  record.details = ask_details(c, **worker).plan;
  if (!options_.measure) close_plan(c, pool_);
}

void CaseRunner::note_libraries(Case& c) {
  constexpr std::chrono::milliseconds kLimit{10'000};
  auto* worker = pool_.living(*c.competitor, c.settings.threads);
  if (!worker) return;
  auto more = worker->call(AskLibraries{}, kLimit);
  if (!more) {
    if (std::holds_alternative<Agrees>(c.record.verdict)) c.record.verdict = more.error();
    return;
  }
  auto news = without_plugin(std::move(more->libraries), c.competitor->plugin_file);
  if (news.empty()) return;
  const auto& label = c.competitor->choice.label;
  auto& told = told_[worker->pid()];
  add_libraries(told, news);
  check_libraries(label, told);
  add_libraries(c.record.libraries, news);
}

void CaseRunner::check_libraries(const std::string& label, const Libraries& told) {
  const auto first = first_libraries_.find(label);
  if (first == first_libraries_.end() || !error_.empty()) return;
  for (const auto& library : first->second) {
    Libraries now = told;
    std::erase_if(now, [&](const LoadedLibrary& l) { return l.name != library.name; });
    // A process may hold several of a name, loaded one by one: one of them is then as before.
    const auto as_before = [&](const LoadedLibrary& l) { return contains(first->second, l); };
    if (now.empty() || std::any_of(now.begin(), now.end(), as_before)) continue;
    error_ = fmt::format("a library of '{}' has changed since the run began: {}", label,
                         change_text(library_changes({library}, now).front()));
    return;
  }
}

void CaseRunner::measure(std::vector<Case>& cases, const CaseSettings& settings,
                         ProblemTensors& tensors) {
  for (auto& c : cases)
    if (c.is_open()) c.record.roof = roof_on(machine_, c.record);
  measure_in_processes(
      cases, pool_, tensors,
      {.settings = suite_.settings.measure,
       .seed = suite_.settings.verify.seed,
       .cold = settings.cold,
       .mode = settings.mode,
       .last_level_cache_bytes = settings.cold ? last_level_cache(settings.threads) : 0,
       .clock_read_ns = machine_.clock_read_ns});
  judge_times(cases, machine_);
}

}  // namespace convgauge::run
