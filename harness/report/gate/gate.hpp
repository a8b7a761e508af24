// The gate's judgement: what failed, what the baseline had and the candidate lacks, what is
// suspected of being slower, and the result for each suspect after both plugins were measured in
// one run. Nothing is measured here: see run/remeasure_runs.cpp.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/expected.hpp"
#include "core/layers.hpp"
#include "measure/slowdown.hpp"
#include "report/compare/comparison.hpp"

namespace convgauge::report {

struct GateOptions {
  bool allow_refusals = false;  // what is now refused or gone is reported, but is no failure
  bool suspect_all = false;     // suspects are all cases that could have a time in both runs
};

struct GateFinding {
  const ComparedCase* compared = nullptr;
  std::string why;
};

enum class SuspectResult {
  not_told,    // not measured again, or not well enough to tell
  slower,      // confirmed
  not_slower,  // the interleaved run rules out a slowdown of 5%
  failed       // gave a wrong result, crashed or was refused when it was measured again
};
std::string_view word(SuspectResult result);

/// Why a suspect is not told. Each has a remedy, which the judgement states.
enum class NotTold {
  not_reached,  // the measuring was interrupted
  no_plugin,    // a plugin file is not here
  library,      // measured again or not, a library that differs between the runs was not
  few_rounds,   // the budget allowed too few for an interval, or not one execution
  wide,         // the interval reaches beyond 5%
  no_time       // a side gave no time again, or the baseline's no right result
};

/// GREEN: nothing failed and every case was told; red: a defect, a loss or a slowdown; undecided:
/// neither.
enum class GateVerdict { green, undecided, red };
std::string_view word(GateVerdict verdict);

struct Suspect {
  const ComparedCase* compared = nullptr;
  /// Why it is a suspect: "1.20 ms in the stored baseline, 1.31 ms now", "the baseline has a time,
  /// the candidate none: ...".
  std::string why;
  SuspectResult result = SuspectResult::not_told;
  NotTold not_told = NotTold::not_reached;  // where the result is not_told
  Slowdown slowdown;
  std::string outcome;  // in a sentence
  /// What differs between the libraries of the two runs; empty where nothing does. Both sides are
  /// measured again over those of today: that can show that the plugin is slower, not that nothing
  /// is.
  std::string other_libraries;
  std::optional<Verdict> verdict;  // of a candidate that failed when it was measured again
};

struct Gate {
  Comparison comparison;
  GateOptions options;
  std::vector<GateFinding> failures;       // of the candidate, except known ones
  std::vector<std::string> known_no_more;  // see run/outcome.hpp
  std::vector<GateFinding> lost;           // agreed in the baseline; refused or gone now
  std::vector<Suspect> suspects;
  /// Cases that both runs timed; those that the stored times cleared; those that are slower or not
  /// slower, cleared ones included; those of which neither is known.
  int timed = 0, cleared = 0, told = 0, not_told = 0;
  /// Why times are not judged: "the baseline was made on another machine: ..."; empty where they
  /// are.
  std::string unjudged;
  GateVerdict verdict = GateVerdict::undecided;
  int exit_code = 0;
};

/// `here`: the machine that this runs on. The results must outlive what is returned. Errors: as
/// compare().
Expected<Gate> judge(const Side& baseline, const Side& candidate, const Machine& here,
                     const GateOptions& options);

/// How two machines differ, so that times cannot be compared; empty where they do not differ.
std::string another_machine(const Machine& baseline, const Machine& candidate);

/// Sets the result of a suspect from its new records, null where it was not measured again. Whether
/// it is slower by ratio is left to conclude(). `budget_ns`: time budget of one process for each
/// side.
void settle(Suspect& suspect, const CaseRecord* baseline, const CaseRecord* candidate,
            double budget_ns, RankLaws& laws);

/// Judges all slowdowns together and sets verdict and exit code, the worst that applies in this
/// order: 4, 1, 3, 6, 5 (`strict` only), 0. harness/cli/README.md says what each means.
void conclude(Gate& gate, bool strict);

/// The number of suspects with this result.
int count(const Gate& gate, SuspectResult result);

std::string gate_text(const Gate& gate, int width, bool colour);
std::string gate_markdown(const Gate& gate);
std::string gate_json(const Gate& gate);
/// JUnit's XML, one test for each compared case: what is lost, failed or slower is a failure, a
/// crash an error, what is not told is skipped.
std::string gate_junit(const Gate& gate);
/// How what was not told can be told, in a sentence; empty where every case was.
std::string remedy(const Gate& gate);

}  // namespace convgauge::report
