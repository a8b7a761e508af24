// One execution on tensors that someone brought.
#pragma once
#include "core/buffer.hpp"
#include "reference/reference.hpp"
#include "run/cases.hpp"
#include "run/pool.hpp"

namespace convgauge {

/// What was written, by role, by the spec's strides and types.
struct TensorRun {
  Verdict verdict =
      Failed{"nothing ran"};  // Agrees where it ran; the result is not compared with anything
  std::string algorithm;
  std::array<Buffer, kTensorCount> outputs;
};

/// Runs in guarded memory, both ends: a trespass is a verdict here too. `algorithm`: "default" or a
/// name.
TensorRun run_tensors(Pool& pool, const Competitor& competitor, const std::string& algorithm,
                      int threads, const Spec& spec, const Inputs& inputs);

}  // namespace convgauge
