// One execution on tensors that the user brings.
#pragma once
#include "core/buffer.hpp"
#include "core/layers.hpp"
#include "reference/reference.hpp"
#include "run/cases.hpp"
#include "run/pool.hpp"

namespace convgauge::run {

/// The outputs, by role, with the spec's strides and types.
struct TensorRun {
  /// Agrees where it ran; the result is not compared with anything.
  Verdict verdict = Failed{"nothing ran"};
  std::string algorithm;
  std::array<Buffer, kTensorCount> outputs;
};

/// Runs in guarded memory under both placements: a trespass is a verdict here too. `algorithm`:
/// "default" or a name.
TensorRun run_tensors(Pool& pool, const Competitor& competitor, const std::string& algorithm,
                      int threads, const Spec& spec, const Inputs& inputs);

}  // namespace convgauge::run
