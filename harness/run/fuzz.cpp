#include "run/fuzz.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <thread>

#include "config/suite_json.hpp"
#include "core/blocks.hpp"
#include "core/files.hpp"
#include "core/layers.hpp"
#include "core/problem_text.hpp"
#include "run/guarded_plan.hpp"
#include "run/outcome.hpp"
#include "run/regression.hpp"
#include "run/replay.hpp"
#include "verify/random_case.hpp"
#include "worker/machine_trouble.hpp"

namespace convgauge::run {
namespace {

using Clock = std::chrono::steady_clock;

template <class T>
T narrowed(T value, std::uint64_t place, const std::vector<T>& to) {
  return to.empty() ? value : to[place % to.size()];
}

OpenWord<Rule> trespassed_rule(const Verdict& verdict) {
  const auto* trespass = std::get_if<Trespass>(&verdict);
  return trespass ? trespass->rule : OpenWord<Rule>{};
}

/// Whether two failures are reported as one: of the same smallest case; where none was found, of
/// the same diagnosis and rule.
bool alike(const CaseRecord& a, const CaseRecord& b) {
  if (a.label != b.label || kind_of(a.verdict) != kind_of(b.verdict)) return false;
  if (a.smallest.has_value() != b.smallest.has_value()) return false;
  if (!a.smallest)
    return diagnosis_of(a.verdict) == diagnosis_of(b.verdict) &&
           trespassed_rule(a.verdict) == trespassed_rule(b.verdict);
  return a.smallest->geometry == b.smallest->geometry &&
         a.smallest->settings == b.smallest->settings;
}

/// What the lanes share. [any lane, finish() after all have ended] Each public function takes the
/// locks that it needs; mutex_ is the last one taken.
class Ledger {
 public:
  Ledger(const FuzzOptions& options, const FuzzHooks& hooks)
      : options_(options),
        hooks_(hooks),
        shrinker_(options.executable, options.shrink, hooks.interrupted) {
    result_.next = options.from;
  }

  /// The next index; empty where the run is over.
  std::optional<std::uint64_t> next() {
    const std::lock_guard lock(mutex_);
    if (hooks_.interrupted && hooks_.interrupted()) result_.interrupted = true;
    const bool all = options_.count && result_.next - options_.from >= *options_.count;
    if (over_ || all || result_.interrupted || Clock::now() - start_ > options_.time)
      return std::nullopt;
    return result_.next++;
  }

  void add(const RandomCase& c, const std::vector<CaseRecord>& records) {
    const std::lock_guard lock(mutex_);
    ++result_.problems;
    result_.coverage.add(c.geometry);
    for (const auto& r : records) {
      ++result_.cases;
      auto& tally = result_.tallies[r.label];
      ++tally.kinds[std::string(kind(r.verdict))];
      if (is_denied(r.verdict)) denied_ = std::get<Refused>(r.verdict).why, over_ = true;
      if (const auto* refused = std::get_if<Refused>(&r.verdict))
        ++tally.refusals[refused->reason.text()];
    }
    result_.seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    if (hooks_.progress) hooks_.progress(result_);
  }

  void fail(std::uint64_t index, CaseRecord record, const Competitor& competitor,
            const VerifySettings& verify) {
    const std::lock_guard lock(shrinking_);
    if (auto ok = plugin_not_replaced(competitor); !ok) return end(ok.error().message);
    shrinker_.look_at(record, {&competitor, verify, options_.placements});
    const std::lock_guard results(mutex_);
    over_ = over_ || options_.fail_fast;
    const auto same = [&](const FuzzFailure& f) { return alike(f.record, record); };
    if (auto it = std::find_if(result_.failures.begin(), result_.failures.end(), same);
        it != result_.failures.end())
      return void(++it->alike);
    FuzzFailure failure{index, std::move(record), {}, 0};
    keep(failure, competitor, verify);
    if (hooks_.failure) hooks_.failure(failure);
    result_.failures.push_back(std::move(failure));
  }

  Expected<FuzzResult> finish() {
    if (!denied_.empty()) throw MachineTrouble(denied_);
    if (!error_.empty()) return error(error_);
    result_.seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    std::sort(result_.failures.begin(), result_.failures.end(),
              [](const FuzzFailure& a, const FuzzFailure& b) { return a.index < b.index; });
    return std::move(result_);
  }

 private:
  /// The run ends with this error.
  void end(std::string why) {
    const std::lock_guard lock(mutex_);
    if (error_.empty()) error_ = std::move(why);
    over_ = true;
  }

  void keep(FuzzFailure& failure, const Competitor& competitor, const VerifySettings& verify) {
    if (options_.regressions.empty()) return;
    const auto& r = failure.record;
    const auto name = regression_name(r);
    failure.regression = options_.regressions / (name + ".json");
    std::error_code ignored;  // write_text names the file that it cannot write
    std::filesystem::create_directories(options_.regressions, ignored);
    const auto comment =
        fmt::format("{}: {}. Found by convgauge fuzz --seed {} --from {} --count 1 as {}",
                    kind(r.verdict), sentence(r.smallest ? r.smallest->verdict : r.verdict),
                    options_.seed, failure.index, short_text(r.problem.geometry));
    const auto suite = regression_suite(r, competitor, verify, name);
    if (auto ok = write_text(failure.regression, config_text(suite, comment));
        !ok && error_.empty())
      error_ = ok.error().message, over_ = true;
  }

  const FuzzOptions& options_;
  const FuzzHooks& hooks_;
  const Clock::time_point start_ = Clock::now();
  std::mutex mutex_, shrinking_;
  Shrinker shrinker_;
  FuzzResult result_;
  std::string error_, denied_;
  bool over_ = false;
};

/// Runs one case after the other in workers of its own.
class Lane {
 public:
  Lane(const std::vector<Competitor>& competitors, const FuzzOptions& options, Ledger& ledger)
      : competitors_(competitors),
        options_(options),
        ledger_(ledger),
        pool_(options.executable, false, false, options.lanes == 1) {}

  void run() {
    while (const auto index = ledger_.next()) one(*index);
  }

 private:
  void one(std::uint64_t index) {
    const auto c = random_case(options_.seed, index);
    CaseSettings settings;
    settings.threads =
        narrowed(c.threads, static_cast<std::uint64_t>(c.threads - 1), options_.threads);
    settings.dtype = narrowed(c.dtype, static_cast<std::uint64_t>(c.dtype), options_.dtypes);
    settings.layout = narrowed(c.layout, static_cast<std::uint64_t>(c.layout), options_.layouts);
    settings.direction = options_.directions[index % options_.directions.size()];
    const auto verify = with_more_fills(c);
    ProblemTensors tensors(spec_of(c.geometry, settings), verify.seed, 1, references_);
    std::vector<CaseRecord> records;
    for (const auto& competitor : competitors_) {
      auto r = blank(index, c, settings, competitor, tensors.spec());
      r.requested_algorithm = algorithm_of(competitor, c, settings.threads, tensors.spec());
      r.replay = replay_line("verify", r, competitor, verify, options_.placements);
      auto done = verify_single(
          pool_,
          {&competitor, r.requested_algorithm, settings.threads, verify, options_.placements},
          tensors);
      r.verdict = std::move(done.verdict);
      r.algorithm = std::move(done.algorithm);
      if (is_defect(r.verdict)) ledger_.fail(index, r, competitor, verify);
      records.push_back(std::move(r));
    }
    ledger_.add(c, records);
  }

  /// The usual fills and, for some cases, one of the others.
  VerifySettings with_more_fills(const RandomCase& c) const {
    auto verify = options_.verify;
    std::vector<Fill> others;
    for (std::size_t i = 0; i < Words<Fill>::words.size(); ++i)
      if (std::find(verify.fills.begin(), verify.fills.end(), static_cast<Fill>(i)) ==
          verify.fills.end())
        others.push_back(static_cast<Fill>(i));
    if (options_.more_fills && c.fill > 0 && !others.empty())
      verify.fills.push_back(others[(c.fill - 1) % others.size()]);
    return verify;
  }

  static CaseRecord blank(std::uint64_t index, const RandomCase& c, const CaseSettings& settings,
                          const Competitor& competitor, const Spec& spec) {
    CaseRecord r;
    r.position.problem = static_cast<std::int64_t>(index);
    r.problem = {"fuzz", short_text(c.geometry), c.geometry, 1};
    r.backend = competitor.choice.name;
    r.label = competitor.choice.label;
    r.device = competitor.device_text;
    r.options = competitor.choice.options;
    r.settings = settings;
    r.bytes = spec.total_bytes();
    return r;
  }

  std::string algorithm_of(const Competitor& competitor, const RandomCase& c, int threads,
                           const Spec& spec) {
    if (competitor.choice.algorithm != "default" && competitor.choice.algorithm != "all")
      return competitor.choice.algorithm;
    if (c.algorithm == 0) return "default";
    auto worker = pool_.worker(competitor, threads);
    if (!worker) return "default";
    const auto list =
        (*worker)->call(ListAlgorithms{competitor.choice.name, spec,
                                       plan_settings(competitor, "default", threads, 1)},
                        default_timeout(spec.geometry.flops()));
    // Any other answer shows again, and is reported, when the case itself runs.
    if (!list || list->algorithms.empty()) return "default";
    return list->algorithms[(c.algorithm - 1) % list->algorithms.size()].name;
  }

  const std::vector<Competitor>& competitors_;
  const FuzzOptions& options_;
  Ledger& ledger_;
  Pool pool_;
  ReferenceCache references_{
      ReferenceCache::Options{.memory_bytes = std::size_t{16} << 20, .directory = {}}};
};

}  // namespace

Expected<FuzzResult> fuzz(const std::vector<Competitor>& competitors, const FuzzOptions& options,
                          const FuzzHooks& hooks) {
  Ledger ledger(options, hooks);
  // A worker is killed when the thread that made it ends, so each lane makes and ends its own.
  const auto lane = [&] { Lane(competitors, options, ledger).run(); };
  std::vector<std::jthread> others;
  start_threads(others, options.lanes - 1, lane);
  lane();
  others.clear();
  return ledger.finish();
}

int exit_code(const FuzzResult& result) {
  if (result.interrupted) return kInterrupted;
  const auto any = [&](auto&& test) {
    return std::any_of(result.failures.begin(), result.failures.end(),
                       [&](const FuzzFailure& f) { return test(f.record.verdict); });
  };
  if (any(is_crash)) return kCrashed;
  if (any(is_defect)) return kWrong;
  for (const auto& [label, tally] : result.tallies)
    if (tally.kinds.contains(std::string(word(VerdictKind::agrees)))) return kGood;
  return kNothingRan;
}

}  // namespace convgauge::run
