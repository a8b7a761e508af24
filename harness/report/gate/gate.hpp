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
  bool suspect_all = false;     // suspects are all cases that both runs timed
};

struct GateFinding {
  const ComparedCase* compared = nullptr;
  std::string why;
};

enum class SuspectResult {
  suspected,    // not measured again yet
  slower,       // confirmed
  not_slower,   // the interleaved run shows no slowdown of over 1%
  unconfirmed,  // could not be measured again, or not well enough: inconclusive
  failed        // gave a wrong result, crashed or was refused when it was measured again
};
std::string_view word(SuspectResult result);

struct Suspect {
  const ComparedCase* compared = nullptr;
  /// Why it is a suspect: "1.20 ms in the stored baseline, 1.31 ms now", "the baseline has a time,
  /// the candidate none: ...".
  std::string why;
  SuspectResult result = SuspectResult::suspected;
  Slowdown slowdown;
  std::string outcome;             // in a sentence
  std::optional<Verdict> verdict;  // of a candidate that failed when it was measured again
};

struct Gate {
  Comparison comparison;
  GateOptions options;
  std::vector<GateFinding> failures;       // of the candidate, except known ones
  std::vector<std::string> known_no_more;  // see run/outcome.hpp
  std::vector<GateFinding> lost;           // agreed in the baseline; refused or gone now
  std::vector<Suspect> suspects;
  int timed = 0, cleared = 0;  // cases that both runs timed; those that are no suspects
  /// Why times are not judged: "the baseline was made on another machine: ..."; empty where they
  /// are.
  std::string unjudged;
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

/// Judges all slowdowns together and sets the exit code, the worst that applies in this order: 4,
/// 1, 3, 6, 5 (`strict` only), 0. harness/cli/README.md says what each means.
void conclude(Gate& gate, bool strict);

std::string gate_text(const Gate& gate, int width, bool colour);
std::string gate_markdown(const Gate& gate);
std::string gate_json(const Gate& gate);

}  // namespace convgauge::report
