// Makes a failing case as simple as possible while it still fails in the same way, in workers of
// its own.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>

#include "core/layers.hpp"
#include "record/record.hpp"
#include "run/single_case.hpp"
#include "verify/point.hpp"
#include "worker/spawn.hpp"

namespace convgauge::run {

/// Limits of the effort.
struct ShrinkBudget {
  std::chrono::milliseconds time{0};  // for each failure; 0: nothing is shrunk
  int most = 6;                       // failures of one label; fewer of one diagnosis, see wants()
};

/// How a failing case was run.
struct FailedCase {
  const Competitor* competitor = nullptr;
  VerifySettings verify;
  std::vector<Placement> placements;
};

/// [the driver's one thread]
class Shrinker {
 public:
  /// `stop`: asked before each trial; true ends the search with what it has.
  Shrinker(Program executable, ShrinkBudget budget, std::function<bool()> stop = {});
  ~Shrinker();

  /// Fills record.smallest or record.shrink_note for a defect that is worth shrinking: the first
  /// few of each label, and after these only other kinds or diagnoses. The smallest case has been
  /// seen to fail, with the settings of its replay line, in a fresh process: with the same kind of
  /// verdict (trespass and broken rules: the same rule), and with the same diagnosis where that
  /// needs no more than three parameters.
  void look_at(CaseRecord& record, const FailedCase& failed);

 private:
  bool wants(const CaseRecord& record);

  Program executable_;
  ShrinkBudget budget_;
  std::function<bool()> stop_;
  ReferenceCache references_{ReferenceCache::Options{}};
  std::map<std::string, int> shrunk_;  // per label
  /// Label, kind and diagnosis of the failures that were seen.
  std::set<std::tuple<std::string, VerdictKind, Diagnosis>> kinds_seen_;
};

/// Fails in the same way: the same kind; trespass: the same rule; failed: the same rule, where it
/// names one.
bool fails_alike(const Verdict& a, const Verdict& b);

}  // namespace convgauge::run
