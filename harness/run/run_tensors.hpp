// One execution on tensors that someone brought.
#pragma once
#include "core/buffer.hpp"
#include "reference/reference.hpp"
#include "run/cases.hpp"
#include "run/pool.hpp"

namespace convgauge {

/// The output, contiguous by the spec's strides, in the spec's dst_type.
struct TensorRun {
  Verdict verdict = Failed{"nothing ran"};  // Agrees where it ran; the result is not compared with anything
  std::string algorithm;
  Buffer output;
};

/// Runs in guarded memory, both ends: a trespass is a verdict here too. `algorithm`: "default" or a name.
TensorRun run_tensors(Pool& pool, const Competitor& competitor, const std::string& algorithm, int threads,
                      const Spec& spec, const Inputs& inputs);

}  // namespace convgauge
