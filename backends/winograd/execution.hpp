// The timed part: input transform, products and output transform of one block of tiles after
// another.
#pragma once
#include "plan.hpp"

namespace convgauge::backends::winograd {

/// The addresses of one execution.
struct Operands {
  const float* src;
  float* dst;
  PackedWeights packed;
  Workspace workspace;
};

/// Runs plan.threads threads, each on its own blocks of tiles, groups and output channels.
void execute(const Plan& plan, const Operands& operands);

// The three phases, also called by the benchmark of phases. Tile numbers count the tiles of the
// whole problem; V and M begin with the first tile of the block.

/// Writes V of the block with the tiles [begin, end) to scratch.v.
void transform_inputs(const Plan& plan, const float* src, std::int64_t group, std::int64_t begin,
                      std::int64_t end, const Scratch& scratch);

/// Writes M of a bundle's panels, for `tiles` tiles, to `m`. `u` is that of the group.
void multiply(const Plan& plan, const float* v, const float* u, std::int64_t bundle,
              std::int64_t tiles, float* m);

/// Writes the outputs of a bundle's panels, for the tiles [begin, end), to `dst`. `bias` is that of
/// the group.
void transform_outputs(const Plan& plan, const float* bias, std::int64_t group, std::int64_t bundle,
                       std::int64_t begin, std::int64_t end, const Scratch& scratch, float* dst);

}  // namespace convgauge::backends::winograd
