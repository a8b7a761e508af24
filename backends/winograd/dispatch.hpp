// Chooses the table of kernels that is used.
#pragma once
#include <convgauge/sdk.hpp>

#include "kernels.hpp"

namespace convgauge::backends::winograd {

/// By option `isa`: auto is the best instruction set that runs here. Throws cvg::Refused for one
/// that does not.
const Kernels& chosen_kernels(const cvg_settings& settings);

}  // namespace convgauge::backends::winograd
