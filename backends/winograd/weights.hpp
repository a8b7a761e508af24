// Packs weights in torch's layout into the layout that the micro-kernel reads.
#pragma once
#include "plan.hpp"

namespace convgauge::backends::winograd {

/// U[point][depth][output channel] = G_h g G_w^T for every image of every input channel, computed
/// in double and rounded once, where Plan::packed() places it; depth = image * group_inputs + input
/// channel. Output channels beyond the last, and taps that do not exist, are zero. Also fills
/// packed.bias, with zeros where `bias` is null. Uses plan.threads threads.
void pack_weights(const Plan& plan, const float* weights, const float* bias,
                  const PackedWeights& packed);

}  // namespace convgauge::backends::winograd
