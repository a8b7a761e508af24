#include "run/sweep.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <map>
#include <set>

#include "measure/cold.hpp"
#include "measure/statistics.hpp"
#include "reference/cache.hpp"
#include "run/dump_case.hpp"
#include "run/guarded_plan.hpp"
#include "run/machine/machine.hpp"
#include "run/material.hpp"
#include "run/measure_group.hpp"
#include "run/memory_need.hpp"
#include "run/noise_floor.hpp"
#include "run/outcome.hpp"
#include "run/pool.hpp"
#include "run/processes.hpp"
#include "run/replay.hpp"
#include "run/resume.hpp"
#include "run/revision.hpp"
#include "run/verify_case.hpp"
#include "run/version.hpp"

namespace convgauge {
namespace {

/// A case before it ran: competitor and algorithm.
struct Start {
  const Competitor* competitor = nullptr;
  std::string algorithm, label;
  bool own_choice = true;
};

HeaderRecord make_header(const Suite& suite, const Field& field, const SweepOptions& options) {
  HeaderRecord h;
  h.convgauge_version = kVersion;
  h.git_revision = git_revision(kSourceFolder);
  h.compiler = kCompiler;
  h.started = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
  h.suite = suite.name;
  h.config_file = suite.file.string();
  h.config_digest = suite.digest;
  h.command = options.command;
  // A baseline that is not here would leave every ratio empty.
  for (const auto& c : field.competitors)
    if (suite.baseline_backend == c.choice.label) h.baseline_backend = suite.baseline_backend;
  h.machine = read_machine();
  for (const auto& c : field.competitors)
    h.plugins.push_back({c.choice.label, c.choice.name, c.plugin_file, c.plugin_hash, c.version,
                         c.device_text, c.choice.library_path.string()});
  h.absent = field.absent;
  h.known = suite.known;
  h.rounds = options.measure ? suite.settings.measure.rounds : 0;
  h.seed = suite.settings.verify.seed;
  h.problems = static_cast<std::int64_t>(suite.problems.size());
  return h;
}

/// On disk where the user's cache folder is; memory alone where there is none.
ReferenceCache::Options reference_cache_options() {
  ReferenceCache::Options options;
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  if (cache && *cache)
    options.directory = std::filesystem::path(cache) / "convgauge";
  else if (home && *home)
    options.directory = std::filesystem::path(home) / ".cache" / "convgauge";
  return options;
}

std::size_t requirement_bytes(const PlanOpened& plan, BufferRole role) {
  std::size_t bytes = 0;
  for (const auto& need : plan.requirements)
    if (need.role == role) bytes += need.bytes;
  return bytes;
}

/// The first entry of `known` that matches this case.
const Known* known_entry(const Suite& suite, const CaseRecord& r) {
  const auto found = std::find_if(suite.known.begin(), suite.known.end(),
                                  [&](const Known& k) { return matches(k, r); });
  return found == suite.known.end() ? nullptr : &*found;
}

/// What a device's plan says of itself, as JSON; a CPU's is not asked, so that no case costs one
/// more message.
std::string plan_details(Worker& worker, const Competitor& competitor, const PlanOpened& plan) {
  if (competitor.on_cpu) return {};
  const auto details = worker.call(AskDetails{plan.plan}, std::chrono::milliseconds(2000));
  return details ? details->plan : "";
}

class Sweep {
 public:
  Sweep(const Suite& suite, const Field& field, const SweepOptions& options,
        const SweepHooks& hooks)
      : suite_(suite),
        field_(field),
        options_(options),
        hooks_(hooks),
        pool_(options.executable, options.measure, options.in_process),
        settings_(settings_of(suite)),
        shrinker_(options.executable,
                  options.measure || options.in_process ? ShrinkBudget{} : options.shrink,
                  hooks.interrupted) {}

  Expected<SweepResult> run() {
    result_.results.header = make_header(suite_, field_, options_);
    if (options_.measure && options_.measure_machine_peaks) measure_machine();
    if (auto ok = open_file(); !ok) return tl::unexpected(ok.error());
    const auto count = static_cast<std::int64_t>(suite_.problems.size());
    for (std::int64_t i = 0; i < count && !result_.interrupted && !stop_; ++i) {
      if (i % options_.shards != options_.shard || done_.contains(i)) continue;
      result_.interrupted = hooks_.interrupted && hooks_.interrupted();
      if (result_.interrupted) break;
      tell(i);
      if (auto ok = run_problem(i); !ok) return tl::unexpected(ok.error());
    }
    tell(count);
    return std::move(result_);
  }

 private:
  void tell(std::int64_t i) {
    const auto count = static_cast<std::int64_t>(suite_.problems.size());
    if (hooks_.progress)
      hooks_.progress(
          {i, count, i < count ? &suite_.problems[static_cast<std::size_t>(i)] : nullptr});
  }

  void measure_machine() {
    auto& machine = result_.results.header.machine;
    // Without intervals the run is a glance: the machine is given one too, and there is nothing to
    // hold a floor against.
    const auto& order = suite_.settings.measure;
    const bool glance = order.rounds * order.processes < kLeastSamples;
    measure_peaks(machine, suite_.settings.threads, glance ? kPeakBudget / 10 : kPeakBudget);
    if (!options_.in_process && !glance)
      machine.noise_floor =
          measure_noise_floor(options_.executable, suite_.settings.threads.front());
  }

  Expected<void> open_file() {
    if (options_.out.empty()) return {};
    const auto file = options_.out / "results.jsonl";
    std::optional<std::size_t> keep;
    if (options_.resume) {
      auto found = read_results(file);
      if (!found) return tl::unexpected(found.error());
      auto resumed = resume(file, *found, result_.results.header);
      if (!resumed) return tl::unexpected(resumed.error());
      result_.results.header = found->header;
      result_.results.cases = std::move(resumed->cases);
      done_ = std::move(resumed->problems);
      keep = resumed->keep_bytes;
    } else {
      std::error_code failed;
      std::filesystem::create_directories(options_.out, failed);
    }
    auto writer = ResultsWriter::open(file, keep);
    if (!writer) return tl::unexpected(writer.error());
    writer_.emplace(std::move(*writer));
    return keep ? Expected<void>{} : writer_->append(to_line(result_.results.header));
  }

  /// All algorithms of a backend where they were asked for, else the one.
  std::vector<Start> starts(const Competitor& c, const Spec& spec, int threads) {
    if (c.choice.algorithm != "all")
      return {{&c, c.choice.algorithm, c.choice.label, c.choice.algorithm == "default"}};
    auto worker = pool_.worker(c, threads);
    std::vector<Start> list;
    if (worker) {
      const auto found = (*worker)->call(
          ListAlgorithms{c.choice.name, spec, plan_settings(c, "default", threads, 1)},
          default_timeout(spec.geometry.flops()));
      if (found)
        for (const auto& a : found->algorithms)  // its own choice stands first
          list.push_back({&c, a.name, c.choice.label + ":" + a.name, list.empty()});
    }
    // What lists nothing is asked for its default, whose verdict tells why.
    if (list.empty()) list.push_back({&c, "default", c.choice.label});
    return list;
  }

  bool is_unknown_defect(const CaseRecord& r) const {
    const auto* known = known_entry(suite_, r);
    return is_defect(r.verdict) && !(known && known->verdict == kind(r.verdict));
  }

  CaseRecord blank(std::int64_t index, const Start& start, const CaseSettings& settings,
                   const Spec& spec) const {
    CaseRecord r;
    r.position.problem = index;
    r.problem = suite_.problems[static_cast<std::size_t>(index)];
    r.backend = start.competitor->choice.name;
    r.label = start.label;
    r.device = start.competitor->device_text;
    r.requested_algorithm = start.algorithm;
    r.own_choice = start.own_choice;
    r.options = start.competitor->choice.options;
    r.settings = settings;
    r.bytes = spec.total_bytes();
    r.measurement = Skipped{options_.measure ? "not verified" : "not asked for"};
    r.replay = replay_line(options_.measure ? "bench" : "verify", r, *start.competitor,
                           suite_.settings.verify, options_.placements);
    return r;
  }

  Expected<void> run_problem(std::int64_t index) {
    std::vector<CaseRecord> records;
    competitor_of_.clear();
    for (std::size_t i = 0; i < settings_.size(); ++i) run_settings(index, i, records);
    if (!dump_error_.empty()) return error(dump_error_);
    for (std::size_t i = 0; i < records.size(); ++i) {
      auto& r = records[i];
      r.position.index = static_cast<std::int64_t>(i);
      r.position.cases = static_cast<std::int64_t>(records.size());
      if (const auto* known = known_entry(suite_, r); known && known->verdict == kind(r.verdict))
        r.known = known->issue;
      if (!r.known)
        shrinker_.look_at(r, {competitor_of_[i], suite_.settings.verify, options_.placements});
      if (writer_)
        if (auto ok = writer_->append(to_line(r)); !ok) return ok;
      if (hooks_.record) hooks_.record(r);
      stop_ = stop_ || (options_.fail_fast && is_defect(r.verdict) && !r.known) ||
              (options_.first_failures && gone_.size() == field_.competitors.size());
      result_.results.cases.push_back(std::move(r));
    }
    return {};
  }

  /// One problem under one combination of settings: verified one after the other, then measured
  /// together.
  void run_settings(std::int64_t index, std::size_t settings_index,
                    std::vector<CaseRecord>& records) {
    const auto& settings = settings_[settings_index];
    const auto& geometry = suite_.problems[static_cast<std::size_t>(index)].geometry;
    const auto spec = spec_of(geometry, settings);
    Material material(spec, suite_.settings.verify.seed, physical_cores(), references_,
                      use_projection(spec, suite_.settings.verify, available_bytes()));
    std::vector<Entrant> entrants;
    std::vector<std::size_t> record_of;
    for (const auto& competitor : field_.competitors) {
      // Threads of the host do not multiply a device's cases.
      if (!competitor.on_cpu && settings.threads != suite_.settings.threads.front()) continue;
      if (gone_.contains(competitor.choice.label)) continue;
      for (const auto& start : starts(competitor, spec, settings.threads)) {
        records.push_back(blank(index, start, settings, spec));
        competitor_of_.push_back(&competitor);
        if (auto entrant = verify(records.back(), start, material)) {
          entrants.push_back(std::move(*entrant));
          record_of.push_back(records.size() - 1);
        }
        if (options_.first_failures && is_unknown_defect(records.back()))
          gone_.insert(competitor.choice.label);
      }
    }
    if (!options_.measure) return;
    const auto& machine = result_.results.header.machine;
    measure_in_processes(
        entrants, pool_, material,
        {.settings = suite_.settings.measure,
         .threads = settings.threads,
         .seed = suite_.settings.verify.seed,
         .cold = settings.cold,
         .mode = settings.mode,
         .last_level_cache_bytes = settings.cold ? last_level_cache(settings.threads) : 0,
         .clock_read_ns = machine.clock_read_ns});
    judge_noise(entrants);
    for (std::size_t i = 0; i < entrants.size(); ++i) {
      auto& record = records[record_of[i]];
      record.roof = roof_on(result_.results.header.machine, record);
      record.measurement = std::move(entrants[i].measurement);
      if (entrants[i].verdict) record.verdict = *entrants[i].verdict;
      if (!entrants[i].details.plan.empty()) record.details = entrants[i].details.plan;
      record.device_before = entrants[i].device_before;
      record.device_after = entrants[i].details.device;
      if (entrants[i].verdict) continue;
      if (const auto bad = close(entrants[i], settings.threads)) record.verdict = *bad;
    }
  }

  /// What plan_destroy has to answer for.
  std::optional<Verdict> close(const Entrant& entrant, int threads) {
    auto worker = pool_.worker(*entrant.competitor, threads);
    return worker ? trouble_of((*worker)->call(ClosePlan{entrant.plan.plan}, kCloseLimit))
                  : std::nullopt;
  }

  /// As many as a cold measurement can come to need, whatever else the plan keeps in a slot beside
  /// source and output.
  int slots_to_open(const Competitor& competitor, const Spec& spec, int threads) {
    const auto bytes = static_cast<std::int64_t>(spec.src_bytes() + spec.dst_bytes());
    return cold_slots({.slot_bytes = bytes,
                       .cache_bytes = competitor.on_cpu ? last_level_cache(threads)
                                                        : competitor.last_level_cache_bytes})
        .slots;
  }

  /// Looked up once for each number of threads.
  std::int64_t last_level_cache(int threads) {
    auto& bytes = last_level_caches_[threads];
    if (bytes == 0) bytes = last_level_bytes(result_.results.header.machine, threads);
    return bytes;
  }

  std::optional<Entrant> verify(CaseRecord& record, const Start& start, Material& material) {
    auto worker = pool_.worker(*start.competitor, record.settings.threads);
    if (!worker) {
      record.verdict = Failed{worker.error().message};
      return std::nullopt;
    }
    const int slots =
        record.settings.cold && options_.measure
            ? slots_to_open(*start.competitor, material.spec(), record.settings.threads)
            : 1;
    Dump dump(options_.dump, record);
    const VerifyOrder order{
        record.backend,
        plan_settings(*start.competitor, start.algorithm, record.settings.threads, slots),
        suite_.settings.verify, options_.placements, dump.witness()};
    auto done = verify_case(**worker, order, material);
    record.verdict = std::move(done.verdict);
    dump.finish(record, material, suite_.settings.verify.fills);
    if (!dump.error().empty()) dump_error_ = dump.error();
    if (done.plan) {
      record.algorithm = done.plan->algorithm;
      record.workspace_bytes = requirement_bytes(*done.plan, BufferRole::workspace);
      record.packed_weight_bytes = requirement_bytes(*done.plan, BufferRole::packed_weights);
    }
    if (!done.open) return std::nullopt;
    record.details = plan_details(**worker, *start.competitor, *done.plan);
    Entrant entrant;
    entrant.competitor = start.competitor;
    entrant.settings = order.plan;
    entrant.plan = *done.plan;
    entrant.process = (*worker)->pid();
    if (options_.measure) return entrant;
    if (const auto bad = close(entrant, record.settings.threads)) record.verdict = *bad;
    return std::nullopt;
  }

  static constexpr std::chrono::milliseconds kCloseLimit{10'000};
  const Suite& suite_;
  const Field& field_;
  const SweepOptions& options_;
  const SweepHooks& hooks_;
  Pool pool_;
  std::vector<CaseSettings> settings_;
  std::set<std::int64_t> done_;
  std::map<int, std::int64_t> last_level_caches_;  // by threads
  std::set<std::string> gone_;                     // labels of those that left
  ReferenceCache references_{reference_cache_options()};
  std::optional<ResultsWriter> writer_;
  Shrinker shrinker_;
  std::vector<const Competitor*> competitor_of_;  // of each case of the problem in hand
  SweepResult result_;
  std::string dump_error_;
  bool stop_ = false;
};

}  // namespace

Expected<SweepResult> sweep(const Suite& suite, const Catalog& catalog, const SweepOptions& options,
                            const SweepHooks& hooks) {
  if (options.measure && options.in_process && suite.settings.measure.processes != 1)
    return error(fmt::format("settings/measure/processes: {}: --in-process is one process",
                             suite.settings.measure.processes));
  auto field = line_up(suite, catalog);
  if (!field) return tl::unexpected(field.error());
  return Sweep(suite, *field, options, hooks).run();
}

}  // namespace convgauge
