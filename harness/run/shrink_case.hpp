// A failing case of a backend made as simple as it still fails, in workers of its own.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>

#include "record/record.hpp"
#include "run/single_case.hpp"
#include "verify/point.hpp"

namespace convgauge {

/// How much is spent on it.
struct ShrinkBudget {
  std::chrono::milliseconds time{0};  // for each failure; 0: nothing is shrunk
  int most = 6;  // failures of one label; of the same diagnosis, see Shrinker::wants
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
  Shrinker(std::filesystem::path executable, ShrinkBudget budget, std::function<bool()> stop = {});
  ~Shrinker();

  /// Fills record.smallest, or record.shrink_note, for a defect that is worth it: of each label the
  /// first few, and more only of another kind or diagnosis. The smallest case has been seen to
  /// fail, by its replay line's settings, in a fresh process: the same kind of verdict (trespass
  /// and broken rules: the same rule), and the same diagnosis where that costs no more parameters
  /// than three.
  void look_at(CaseRecord& record, const FailedCase& failed);

 private:
  bool wants(const CaseRecord& record);

  std::filesystem::path executable_;
  ShrinkBudget budget_;
  std::function<bool()> stop_;
  ReferenceCache references_{ReferenceCache::Options{}};
  std::map<std::string, int> shrunk_;  // per label
  std::set<std::tuple<std::string, VerdictKind, Diagnosis>>
      kinds_seen_;  // label, kind and diagnosis of what was shrunk
};

/// Fails in the same way: the same kind; trespass: the same rule; failed: the same rule, where it
/// names one.
bool fails_alike(const Verdict& a, const Verdict& b);

}  // namespace convgauge
