#include "run/problems_at_once.hpp"

#include <malloc.h>

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

void Admission::enter(double bytes, const std::function<void()>& make_room) {
  std::unique_lock lock(mutex_);
  const auto ticket = next_ticket_++;
  const bool alone = bytes == kAlone;
  want_alone_ += alone;
  const auto may_enter = [&] {
    if (serving_ != ticket) return false;
    if (alone) return inside_ == 0 && keeping_ == 0;
    return inside_ == 0 || (!alone_ && in_use_ + bytes <= budget_);
  };
  while (!may_enter()) {
    if (want_alone_ > 0) {
      lock.unlock();
      make_room();
      lock.lock();
      if (may_enter()) break;
    }
    changed_.wait(lock);
  }
  ++serving_, ++inside_;
  alone_ = alone;
  if (!alone) in_use_ += bytes;
  changed_.notify_all();
}

void Admission::leave(double bytes) {
  const std::lock_guard lock(mutex_);
  if (alone_) --want_alone_;
  if (!alone_) in_use_ -= bytes;
  alone_ = false;
  if (--inside_ == 0) in_use_ = 0;  // sums of rounded numbers
  changed_.notify_all();
}

void Admission::keep(bool keeps) {
  const std::lock_guard lock(mutex_);
  keeping_ += keeps ? 1 : -1;
  changed_.notify_all();
}

class ProblemsAtOnce::Kept {
 public:
  explicit Kept(ProblemsAtOnce& all) : all_(all) {}
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;
  ~Kept() { end(); }
  CaseRunner& get() {
    if (!runner_) {
      all_.admission_.keep(true);
      runner_.emplace(all_.suite_, all_.competitors_, all_.options_, all_.so_far_, all_.references_,
                      all_.jobs_);
    }
    return *runner_;
  }
  void end() {
    if (!runner_) return;
    runner_.reset();
    all_.admission_.keep(false);
  }

 private:
  ProblemsAtOnce& all_;
  std::optional<CaseRunner> runner_;
};

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
  Kept runner(*this);
  for (;;) {
    const auto i = next_++;
    if (i >= problems_.size()) return;
    Finished done;
    if (!is_over()) try {
        done = run(runner, problems_[i]);
      } catch (...) {
        done.thrown = std::current_exception();
      }
    const std::lock_guard lock(mutex_);
    finished_.emplace(i, std::move(done));
    finished_one_.notify_one();
  }
}

auto ProblemsAtOnce::run(Kept& runner, std::int64_t problem) -> Finished {
  auto done = attempt(runner, problem, bytes_of(problem));
  const bool was_short =
      std::ranges::any_of(done.cases, [](const Case& c) { return was_short_of_machine(c.record); });
  if (!was_short || !done.whole || is_over()) return done;
  runner.end();
#ifdef __GLIBC__
  ::malloc_trim(0);  // what the threads' tensors took is the allocator's still
#endif
  return attempt(runner, problem, Admission::kAlone);
}

auto ProblemsAtOnce::attempt(Kept& runner, std::int64_t problem, double bytes) -> Finished {
  admission_.enter(bytes, [&] { runner.end(); });
  // A reference so large is worth all cores: few others fit beside it.
  const int cores = physical_cores();
  const bool large = bytes > budget_ / jobs_;
  Finished done;
  try {
    const auto whole = runner.get().run(
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
