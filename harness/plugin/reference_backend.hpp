// The reference as a backend: `--backend reference` works like any other backend, through the same
// ABI.
#pragma once
#include <convgauge/plugin.h>

#include <cstdint>

#include "core/layers.hpp"

namespace convgauge::plugin {

/// The entry of a plugin with one backend, "reference": double sums by reference_fast, rounded once
/// to the output type.
const cvg_plugin* reference_entry(std::uint32_t version, const cvg_host* host,
                                  std::uint32_t* plugin_version);

}  // namespace convgauge::plugin
