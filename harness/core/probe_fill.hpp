// Fills that probe one thing each: an index map, the range of numbers, what a special value does to its neighbours.
#pragma once
#include <cstdint>

#include "core/fill.hpp"

namespace convgauge {

/// impulse, range, spike, subnormal, nonfinite.
bool is_probe(Fill fill);

/// Whether the impulse fill can be exact: as many taps as may see one pixel (all, where padding repeats it) stay within
/// half of what accumulator and output hold.
bool impulse_fits(const Spec& spec);

/// As fill_src(), fill_weights() and fill_bias(), for probes.
void probe_src(const Spec& spec, Fill fill, std::uint64_t seed, void* src);
void probe_weights(const Spec& spec, Fill fill, std::uint64_t seed, void* weights);
void probe_bias(const Spec& spec, Fill fill, std::uint64_t seed, void* bias);

}  // namespace convgauge
