// One case by itself, from creating its plan to closing it: what shrinking and fuzzing run by the
// thousand.
#pragma once
#include "core/layers.hpp"
#include "run/pool.hpp"
#include "run/verify_case.hpp"

namespace convgauge::run {

/// Which case, and how it is verified; its spec is that of the tensors.
struct SingleOrder {
  const Competitor* competitor = nullptr;
  std::string algorithm = "default";
  int threads = 1;
  VerifySettings verify;
  std::vector<Placement> placements{Placement::end, Placement::start};
};

struct SingleCase {
  Verdict verdict = Failed{"nothing ran"};
  std::optional<Algorithm> algorithm;  // where a plan was created
};

/// [the driver's one thread] A failure of plan_destroy is part of the verdict.
SingleCase verify_single(Pool& pool, const SingleOrder& order, ProblemTensors& tensors);

}  // namespace convgauge::run
