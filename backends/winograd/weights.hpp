// From torch's weights to what the micro-kernel reads.
#pragma once
#include "plan.hpp"

namespace convgauge::backends::winograd {

/// U[point][depth][output channel] = G_h g G_w^T of every image of every input channel, computed in
/// double and rounded once, as
/// Plan::packed() places it; depth = image * group_inputs + input channel. Output channels beyond
/// the last, and taps that do not exist, are zero. The bias follows, zero where there is none
/// (null). Uses plan.threads threads.
void pack_weights(const Plan& plan, const float* weights, const float* bias,
                  const PackedWeights& packed);

}  // namespace convgauge::backends::winograd
