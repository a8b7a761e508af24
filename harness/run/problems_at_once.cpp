#include "run/problems_at_once.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/blocks.hpp"
#include "core/cpu_quota.hpp"
#include "core/layers.hpp"
#include "core/processors.hpp"
#include "core/system_memory.hpp"
#include "run/memory_need.hpp"
#include "run/problem_tensors.hpp"
#include "worker/machine_trouble.hpp"

namespace convgauge::run {
namespace {

// What a worker takes by itself: a plugin with a large library of its own. (LibTorch: 300 MB.)
constexpr double kWorkerBytes = 256 << 20;
// Of the memory there is, this much is for problems that run beside others: plans may announce as
// much as the tensors take.
constexpr double kShare = 0.5;

/// Whether the case may end in another way with nothing beside it.
bool was_short_of_machine(const CaseRecord& r) {
  const auto* refused = std::get_if<Refused>(&r.verdict);
  return refused &&
         (refused->reason == RefusalReason::memory || refused->reason == RefusalReason::machine ||
          refused->reason == RefusalReason::host);
}

}  // namespace

void Admission::enter(double bytes) {
  std::unique_lock lock(mutex_);
  const auto ticket = next_ticket_++;
  changed_.wait(lock, [&] {
    const bool fits = bytes != kAlone && !alone_ && in_use_ + bytes <= budget_;
    return serving_ == ticket && (inside_ == 0 || fits);
  });
  ++serving_, ++inside_;
  alone_ = bytes == kAlone;
  if (!alone_) in_use_ += bytes;
  changed_.notify_all();
}

void Admission::leave(double bytes) {
  const std::lock_guard lock(mutex_);
  if (!alone_) in_use_ -= bytes;
  if (--inside_ == 0) in_use_ = 0;  // sums of rounded numbers
  changed_.notify_all();
}

int jobs_of(const SweepOptions& options, const std::vector<Competitor>& competitors) {
  if (options.measure || options.in_process || options.first_failures) return 1;
  if (options.jobs > 0) return options.jobs;
  const bool all_on_cpu =
      std::ranges::all_of(competitors, [](const Competitor& c) { return c.on_cpu; });
  if (!all_on_cpu || competitors.empty()) return 1;
  const double workers = kWorkerBytes * static_cast<double>(competitors.size());
  const double fit = kShare * memory_room().bytes / workers;
  return static_cast<int>(std::clamp(fit, 1.0, static_cast<double>(unthrottled_cores())));
}

ProblemsAtOnce::ProblemsAtOnce(const Suite& suite, const std::vector<Competitor>& competitors,
                               const SweepOptions& options, const Results& so_far,
                               ReferenceCache& references, std::vector<std::int64_t> problems,
                               int jobs, std::function<bool()> interrupted)
    : suite_(suite),
      competitors_(competitors),
      options_(options),
      so_far_(so_far),
      references_(references),
      problems_(std::move(problems)),
      jobs_(jobs),
      interrupted_(std::move(interrupted)),
      budget_(kShare * memory_room().bytes),
      admission_(budget_) {
  const auto missing = start_threads(
      threads_, std::min<std::int64_t>(jobs_, static_cast<std::int64_t>(problems_.size())),
      [this] { work(); });
  if (threads_.empty() && missing.count > 0)
    throw worker::MachineTrouble("starting a thread", missing.error);
}

ProblemsAtOnce::~ProblemsAtOnce() {
  stopped_ = true;
}

auto ProblemsAtOnce::take() -> Finished {
  std::unique_lock lock(mutex_);
  finished_one_.wait(lock, [&] { return finished_.contains(taken_); });
  return std::move(finished_.extract(taken_++).mapped());
}

/// A worker is killed when the thread that made it ends, so each thread has a runner of its own.
void ProblemsAtOnce::work() {
  std::optional<CaseRunner> runner;
  for (;;) {
    const auto i = next_++;
    if (i >= problems_.size()) return;
    Finished done;
    if (!is_over()) try {
        if (!runner) runner.emplace(suite_, competitors_, options_, so_far_, references_, jobs_);
        done = run(*runner, problems_[i]);
      } catch (...) {
        done.thrown = std::current_exception();
      }
    const std::lock_guard lock(mutex_);
    finished_.emplace(i, std::move(done));
    finished_one_.notify_one();
  }
}

auto ProblemsAtOnce::run(CaseRunner& runner, std::int64_t problem) -> Finished {
  auto done = attempt(runner, problem, bytes_of(problem));
  const bool was_short =
      std::ranges::any_of(done.cases, [](const Case& c) { return was_short_of_machine(c.record); });
  return was_short && done.whole && !is_over() ? attempt(runner, problem, Admission::kAlone)
                                               : std::move(done);
}

auto ProblemsAtOnce::attempt(CaseRunner& runner, std::int64_t problem, double bytes) -> Finished {
  admission_.enter(bytes);
  // A reference so large is worth all cores: few others fit beside it.
  const int cores = physical_cores();
  const bool large = bytes > budget_ / jobs_;
  Finished done;
  try {
    const auto whole = runner.run(
        problem, large ? cores : std::max(1, cores / jobs_), [this] { return is_over(); },
        [&](Case& c) -> Expected<void> {
          done.cases.push_back(std::move(c));
          return {};
        });
    if (whole) done.whole = *whole;
    if (!whole) done.error = whole.error();
  } catch (...) {
    done.thrown = std::current_exception();
  }
  admission_.leave(bytes);
  return done;
}

double ProblemsAtOnce::bytes_of(std::int64_t problem) const {
  const auto& p = suite_.problems[static_cast<std::size_t>(problem)];
  double bytes = 0;
  for (const auto& settings : settings_of(suite_, p)) {
    const auto spec = spec_of(p.geometry, settings);
    bytes = std::max(bytes, verify_bytes(spec, suite_.settings.verify,
                                         use_projection(spec, suite_.settings.verify)));
  }
  return bytes;
}

}  // namespace convgauge::run
