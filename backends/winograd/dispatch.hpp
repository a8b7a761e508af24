// Which table of kernels runs.
#pragma once
#include <convgauge/sdk.hpp>

#include "kernels.hpp"

namespace convgauge::backends::winograd {

/// By option `isa`: auto is the best that this processor has; one that it lacks is refused.
const Kernels& chosen_kernels(const cvg_settings& settings);

}  // namespace convgauge::backends::winograd
