#include "run/shrink_case.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/layers.hpp"
#include "core/processors.hpp"
#include "run/replay.hpp"
#include "verify/shrink.hpp"

namespace convgauge::run {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// With this many parameters that are not trivial, a case is still understood at a glance.
constexpr std::size_t kNear = 3;
constexpr int kMostTrials = 4000;
// Every trial of a hang takes the full time limit. A working backend does not need a second for a
// small problem on an idle machine, but under load one took 2.7 s (worker/worker.cpp), so the final
// proof uses a longer limit.
constexpr milliseconds kHangTrial{1'000}, kHangLast{3'000};

/// A case and how it is run: what the search, and simplify() after it, change.
struct Candidate {
  Trial trial;
  std::string algorithm;
  std::vector<Fill> fills;
  std::vector<Placement> placements;
};

/// The search for one failure.
class FailureSearch {
 public:
  FailureSearch(const CaseRecord& record, const FailedCase& failed, const Program& executable,
                ReferenceCache& references, std::function<bool()> go_on)
      : record_(record),
        failed_(failed),
        executable_(executable),
        references_(references),
        go_on_(std::move(go_on)),
        pool_(std::make_unique<Pool>(executable, false)),
        limit_(failed.verify.timeout),
        hang_(std::holds_alternative<TimedOut>(record.verdict)) {
    if (hang_) limit_ = std::min(limit_.value_or(kHangTrial), kHangTrial);
  }

  /// The simplest case that fails in the same way in a fresh process; empty where not even the case
  /// itself does.
  std::optional<Candidate> run() {
    Candidate start{{record_.problem.geometry, record_.settings.layout, record_.settings.threads},
                    record_.requested_algorithm,
                    failed_.verify.fills,
                    failed_.placements};
    if (!fails(start)) return std::nullopt;
    if (!hang_) name_algorithm(start);
    auto best = searched(start, false);
    if (auto alike = with_diagnosis(start, best)) best = *alike;
    if (!hang_) simplify(best);
    if (fails_alone(best)) return best;
    // The failure depended on what the process had run before. Searches again, each trial in a
    // process of its own.
    fresh_ = true;
    best = searched(start, false);
    simplify(best);
    if (fails_alone(best)) return best;
    if (!fails_alone(start)) return std::nullopt;
    return start;
  }

  int trials() const { return trials_; }
  bool complete() const { return complete_; }
  const Verdict& last() const { return last_; }

 private:
  bool fails(const Candidate& c) { return fails_alike(record_.verdict, verdict_of(c)); }

  /// Whether it fails in a process that has run nothing else.
  bool fails_alone(const Candidate& c) {
    pool_ = std::make_unique<Pool>(executable_, false);
    if (hang_) {
      const auto usual =
          std::exchange(limit_, std::min(failed_.verify.timeout.value_or(kHangLast), kHangLast));
      const bool hangs = fails(c);
      limit_ = usual;
      return hangs;
    }
    return fails(c);
  }

  const Verdict& verdict_of(const Candidate& c) {
    if (fresh_) pool_ = std::make_unique<Pool>(executable_, false);
    auto settings = record_.settings;
    settings.layout = c.trial.layout;
    auto verify = failed_.verify;
    const auto spec = spec_of(c.trial.geometry, settings);
    // Starting threads costs more than it saves in a small reference.
    constexpr std::int64_t kLarge = 20'000'000;  // flops: about a millisecond
    const int threads = spec.geometry.flops() > kLarge ? physical_cores() : 1;
    ProblemTensors tensors(spec, verify.seed, threads, references_, use_projection(spec, verify));
    verify.fills = c.fills;
    verify.timeout = limit_;
    ++trials_;
    last_ = verify_single(*pool_,
                          {failed_.competitor, c.algorithm, c.trial.threads, verify, c.placements},
                          tensors)
                .verdict;
    return last_;
  }

  /// For a simpler problem the backend may choose another algorithm, so the one that failed is
  /// asked for by name.
  void name_algorithm(Candidate& c) {
    if (!record_.algorithm || c.algorithm != "default") return;
    auto named = c;
    named.algorithm = record_.algorithm->name;
    if (go_on_() && fails(named)) c = named;
  }

  Candidate searched(const Candidate& start, bool same_diagnosis) {
    const auto found = shrink(
        start.trial,
        [&](const Trial& trial) {
          auto c = start;
          c.trial = trial;
          return fails(c) && (!same_diagnosis || share_an_explanation(diagnosis_of(record_.verdict),
                                                                      diagnosis_of(last_)));
        },
        [&] { return trials_ < kMostTrials && go_on_(); });
    complete_ = complete_ && found.complete;
    auto best = start;
    best.trial = found.smallest;
    return best;
  }

  /// The smallest case with the diagnosis of the failure itself. Empty where `found` has it
  /// already, or where such a case needs too many parameters.
  std::optional<Candidate> with_diagnosis(const Candidate& start, const Candidate& found) {
    const auto said = diagnosis_of(record_.verdict);
    if (said.empty() || !go_on_()) return std::nullopt;
    if (fails(found) && share_an_explanation(said, diagnosis_of(last_))) return std::nullopt;
    const auto alike = searched(start, true);
    const auto most = std::max(kNear, away_from_trivial(found.trial).size());
    if (away_from_trivial(alike.trial).size() > most) return std::nullopt;
    return alike;
  }

  /// Reduces to one fill, one placement and the requested algorithm, as far as the case still fails
  /// in the same way.
  void simplify(Candidate& best) {
    const auto attempt = [&](const Candidate& c) {
      if (!go_on_() || !fails(c)) return false;
      best = c;
      return true;
    };
    auto c = best;
    c.algorithm = record_.requested_algorithm;
    if (c.algorithm != best.algorithm) attempt(c);
    if (best.fills.size() > 1)
      for (const auto fill : failed_.verify.fills)
        if (c = best, c.fills = {fill}; attempt(c)) break;
    if (best.placements.size() > 1)
      for (const auto placement : failed_.placements)
        if (c = best, c.placements = {placement}; attempt(c)) break;
  }

  const CaseRecord& record_;
  const FailedCase& failed_;
  const Program& executable_;
  ReferenceCache& references_;
  std::function<bool()> go_on_;
  std::unique_ptr<Pool> pool_;
  std::optional<milliseconds> limit_;
  Verdict last_ = Failed{"nothing ran"};
  int trials_ = 0;
  bool hang_, fresh_ = false, complete_ = true;
};

SmallestCase told(const CaseRecord& record, const FailedCase& failed, const Candidate& found,
                  const FailureSearch& search) {
  auto as_record = record;
  as_record.problem.geometry = found.trial.geometry;
  as_record.settings.layout = found.trial.layout;
  as_record.settings.threads = found.trial.threads;
  as_record.requested_algorithm = found.algorithm;
  auto verify = failed.verify;
  verify.fills = found.fills;
  return {found.trial.geometry,
          as_record.settings,
          found.algorithm,
          found.fills,
          search.last(),
          away_from_trivial(found.trial),
          search.trials(),
          search.complete(),
          replay_line("verify", as_record, *failed.competitor, verify, found.placements)};
}

}  // namespace

bool fails_alike(const Verdict& a, const Verdict& b) {
  if (a.index() != b.index() || !is_defect(a)) return false;
  if (const auto* trespass = std::get_if<Trespass>(&a))
    return trespass->rule == std::get<Trespass>(b).rule;
  if (const auto* failed = std::get_if<Failed>(&a)) return failed->rule == std::get<Failed>(b).rule;
  return true;
}

Shrinker::Shrinker(Program executable, ShrinkBudget budget, std::function<bool()> stop)
    : executable_(std::move(executable)), budget_(budget), stop_(std::move(stop)) {}
Shrinker::~Shrinker() = default;

bool Shrinker::wants(const CaseRecord& record) {
  constexpr int kAnyway = 3;  // the same diagnosis need not mean the same bug
  if (budget_.time.count() <= 0 || !is_defect(record.verdict)) return false;
  auto& count = shrunk_[record.label];
  const bool unseen =
      kinds_seen_.emplace(record.label, kind_of(record.verdict), diagnosis_of(record.verdict))
          .second;
  if (count >= budget_.most || (count >= kAnyway && !unseen)) return false;
  ++count;
  return true;
}

void Shrinker::look_at(CaseRecord& record, const FailedCase& failed) {
  if (!wants(record)) return;
  const auto end = Clock::now() + budget_.time;
  FailureSearch search(record, failed, executable_, references_,
                       [&] { return Clock::now() < end && !(stop_ && stop_()); });
  if (const auto found = search.run())
    record.smallest = told(record, failed, *found, search);
  else
    record.shrink_note = fmt::format(
        "by itself, in a fresh process, it {}: what the process did before it matters, so it was "
        "not shrunk",
        std::holds_alternative<Agrees>(search.last()) ? "agrees"
                                                      : fmt::format("is {}", kind(search.last())));
}

}  // namespace convgauge::run
