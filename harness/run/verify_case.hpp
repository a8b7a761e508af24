// One case verified step by step: fills, placements, a changed source, a repeated run. One verdict.
#pragma once
#include <functional>
#include <string>

#include "config/suite.hpp"
#include "core/layers.hpp"
#include "run/cases.hpp"
#include "run/problem_tensors.hpp"
#include "worker/worker.hpp"

namespace convgauge::run {

/// The verdict on a case, and its plan.
struct VerifiedCase {
  Verdict verdict = Failed{"nothing ran"};
  std::optional<PlanOpened> plan;  // empty where no plan could be created
  bool open = false;               // it is still open in the worker
  double memory_bytes = 0;         // what verifying took, as added up beforehand; 0: nothing ran
};

/// Settings of a plan of this competitor; algorithm "default" or a name.
PlanSettings plan_settings(const Competitor& competitor, const std::string& algorithm, int threads,
                           int slots);

/// All that one run wrote, and whether it was judged right.
struct JudgedOutput {
  const Spec& spec;
  Fill fill;
  const Algorithm& algorithm;
  const TestTensors& test;
  const Outputs& got;
  const Oracle& oracle;
  bool right;
};
/// Called once for each run whose outputs are judged.
using OutputObserver = std::function<void(const JudgedOutput&)>;

/// How one case is to be verified.
struct VerifyOrder {
  std::string backend;
  PlanSettings plan;
  VerifySettings settings;
  std::vector<Placement> placements{Placement::end, Placement::start};
  OutputObserver observer;  // may be empty
  /// Other weights are also prepared under a binding that stays (R20).
  bool prepares_again = false;
};

/// The fills with which a case is verified: those that fit the spec, or `normal`, which fits every
/// one, where none does. Never empty.
std::vector<Fill> fitting_fills(const std::vector<Fill>& wanted, const Spec& spec);

/// [the driver's one thread] Agrees only where at least one execution was judged. Leaves the plan
/// open where the verdict is Agrees.
VerifiedCase verify_case(Worker& worker, const VerifyOrder& order, ProblemTensors& tensors);

}  // namespace convgauge::run
