// Several problems verified at once, handed out in the order of the suite.
#pragma once
#include <atomic>
#include <condition_variable>
#include <exception>
#include <functional>
#include <limits>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "config/suite.hpp"
#include "core/layers.hpp"
#include "reference/cache.hpp"
#include "run/case.hpp"
#include "run/case_runner.hpp"
#include "run/sweep.hpp"

namespace convgauge::run {

/// Lets problems begin while the memory that they take fits. First come, first served: a large one
/// is not kept waiting by small ones. [any thread]
class Admission {
 public:
  /// `budget`: bytes; may be infinite.
  explicit Admission(double budget) : budget_(budget) {}

  /// For a caller that needs the machine alone: nothing else runs, and no thread keeps workers.
  static constexpr double kAlone = std::numeric_limits<double>::infinity();
  /// Waits until `bytes` fit beside what runs; more than the budget, until nothing else runs. The
  /// others then wait for leave(). `make_room`: called where the caller has to wait for one who
  /// must be alone: it ends the workers that it keeps.
  void enter(double bytes, const std::function<void()>& make_room);
  void leave(double bytes);
  /// The calling thread has made workers, or has ended them.
  void keep(bool keeps);

 private:
  const double budget_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t next_ticket_ = 0, serving_ = 0;
  double in_use_ = 0;
  int inside_ = 0, keeping_ = 0, want_alone_ = 0;
  bool alone_ = false;
};

/// How many problems a run verifies at once: options.jobs; 0, a number for each core, fewer where
/// memory is short, and one where a device takes part. One where something is measured, where
/// everything runs in this process, and where each problem depends on the one before it
/// (first_failures).
int jobs_of(const SweepOptions& options, const std::vector<Competitor>& competitors);

/// Threads that verify problems, each in workers of its own. What a problem's case could not be
/// given for want of memory or processes while others ran is verified again with nothing beside it.
///
/// [one thread makes it, calls take(), and destroys it] All arguments must outlive it. The
/// destructor ends what is running after its current case.
class ProblemsAtOnce {
 public:
  /// `problems`: indices into the suite. Throws MachineTrouble where not one thread can be started.
  ProblemsAtOnce(const Suite& suite, const std::vector<Competitor>& competitors,
                 const SweepOptions& options, const Results& so_far, ReferenceCache& references,
                 std::vector<std::int64_t> problems, int jobs, std::function<bool()> interrupted);
  ProblemsAtOnce(const ProblemsAtOnce&) = delete;
  ProblemsAtOnce& operator=(const ProblemsAtOnce&) = delete;
  ~ProblemsAtOnce();

  struct Finished {
    std::vector<Case> cases;  // those that are over, in order
    bool whole = false;       // false: the run was interrupted before the others
    std::optional<Error> error;
    std::exception_ptr thrown;
  };
  /// The next problem, once it is finished. Must be called once for each of `problems` at most.
  Finished take();

 private:
  /// A thread's runner, which keeps workers while it is there.
  class Kept;
  void work();
  Finished run(Kept& runner, std::int64_t problem);
  Finished attempt(Kept& runner, std::int64_t problem, double bytes);
  double bytes_of(std::int64_t problem) const;
  bool is_over() const { return stopped_ || (interrupted_ && interrupted_()); }

  const Suite& suite_;
  const std::vector<Competitor>& competitors_;
  const SweepOptions& options_;
  const Results& so_far_;
  ReferenceCache& references_;
  const std::vector<std::int64_t> problems_;
  const int jobs_;
  const std::function<bool()> interrupted_;
  const double budget_;
  Admission admission_;
  std::atomic<bool> stopped_ = false;
  std::atomic<std::size_t> next_ = 0;  // the first of problems_ that has not begun
  std::mutex mutex_;
  std::condition_variable finished_one_;
  std::map<std::size_t, Finished> finished_;
  std::size_t taken_ = 0;
  std::vector<std::jthread> threads_;  // the last member: they use the others
};

}  // namespace convgauge::run
