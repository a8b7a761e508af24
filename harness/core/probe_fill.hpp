// Fills that probe one thing each: an index map, the range of numbers, what a special value does to
// its neighbours.
#pragma once
#include <cstdint>

#include "core/fill.hpp"

namespace convgauge {

/// impulse, range, spike, subnormal, nonfinite.
bool is_probe(Fill fill);

/// Whether the impulse fill can be exact: as many taps as may see one pixel (all, where padding
/// repeats it) stay within half of what accumulator and output hold.
bool impulse_fits(const Spec& spec);

/// A tensor to be filled: what it is, its stream of random numbers, and how many channels a group
/// of it has.
struct Filled {
  TensorRole role;
  std::uint64_t key;
  std::int64_t group_channels = 1;
};

/// Probes, for what is filled as a source, as weights, and as a bias.
void probe_source(const Spec& spec, const Filled& filled, Fill fill, void* out);
void probe_factor(const Spec& spec, const Filled& filled, Fill fill, void* out);
void probe_bias(const Spec& spec, Fill fill, std::uint64_t seed, void* bias);

}  // namespace convgauge
