// The cases of one problem: verified one after the other, measured together, closed.
#pragma once
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/layers.hpp"
#include "reference/cache.hpp"
#include "run/case.hpp"
#include "run/problem_tensors.hpp"
#include "run/sweep.hpp"

namespace convgauge::run {

/// [one thread, which must live as long] Owns the workers. The constructor's arguments must outlive
/// it. `so_far`: the header, and the cases of a resumed run. `jobs`: how many runners work at once.
class CaseRunner {
 public:
  CaseRunner(const Suite& suite, const std::vector<Competitor>& competitors,
             const SweepOptions& options, const Results& so_far, ReferenceCache& references,
             int jobs = 1);

  /// What is done with a case when its last execution is over: for a case that is only verified,
  /// before the next one starts, else when all that are measured with it are.
  using Settle = std::function<Expected<void>(Case&)>;
  /// Every case of a problem (an index into the suite), in the order of the settings, competitors
  /// and algorithms. False where `interrupted` (may be empty) became true, which is asked before
  /// each case: what has not been settled is dropped. `threads`: for the reference. Errors: a dump
  /// that cannot be written; a plugin file or a library that is no longer the one that the run
  /// began with; those of `settle`.
  Expected<bool> run(std::int64_t problem, int threads, const std::function<bool()>& interrupted,
                     const Settle& settle);
  /// With options.first_failures: every competitor has failed, so that none is left to run.
  bool none_left() const { return gone_.size() == competitors_.size(); }

 private:
  /// An algorithm that a competitor is asked for, and the label of its cases.
  struct Choice {
    std::string algorithm, label;
    bool is_own = true;  // it is the backend's own choice
  };
  std::vector<Choice> choices(const Competitor& competitor, const Spec& spec, int threads);
  /// The cases of a problem under one combination of settings, before anything has run.
  std::vector<Case> cases_of(std::int64_t problem, const CaseSettings& settings);
  Expected<bool> run_group(std::vector<Case>& cases, int threads,
                           const std::function<bool()>& interrupted, const Settle& settle);
  Case new_case(std::int64_t problem, const Competitor& competitor, const Choice& choice,
                const CaseSettings& settings, const Spec& spec);
  void verify(Case& c, ProblemTensors& tensors);
  void measure(std::vector<Case>& cases, const CaseSettings& settings, ProblemTensors& tensors);
  /// Adds what the case's worker has loaded since it was asked last.
  void note_libraries(Case& c);
  /// The run ends where a library that it began with is another one in this worker.
  void check_libraries(const std::string& label, const Libraries& told);
  int slots_to_open(const Case& c, const Spec& spec);
  std::int64_t last_level_cache(int threads);

  const Suite& suite_;
  const std::vector<Competitor>& competitors_;
  const SweepOptions& options_;
  const Machine& machine_;
  Pool pool_;
  ReferenceCache& references_;
  std::map<int, std::int64_t> last_level_caches_;  // bytes, by threads
  std::set<std::string> gone_;              // labels that failed, with options.first_failures
  const LibrariesByLabel first_libraries_;  // of the header and of a resumed run's cases
  std::map<pid_t, Libraries> told_;         // by each worker
  std::string error_;                       // what ends the run
};

}  // namespace convgauge::run
