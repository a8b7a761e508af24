// Fills that each test one thing: index computations, the range of numbers, or how special values
// spread.
#pragma once
#include <cstdint>

#include "core/fill.hpp"

namespace convgauge {

/// impulse, range, spike, subnormal, nonfinite.
bool is_probe(Fill fill);

/// Whether the impulse fill can be exact: forward only, and the sum of all taps that may read one
/// pixel (every tap, where padding repeats pixels) must stay within half of what accumulator and
/// output can hold.
bool impulse_fits(const Spec& spec);

/// A tensor to be filled: its role, its key for random numbers, and how many channels a group of it
/// has.
struct Filled {
  TensorRole role;
  std::uint64_t key;
  std::int64_t group_channels = 1;
};

/// The probing fills of tensors that are filled like a source, like weights, or like a bias.
void probe_source(const Spec& spec, const Filled& filled, Fill fill, void* out);
void probe_factor(const Spec& spec, const Filled& filled, Fill fill, void* out);
void probe_bias(const Spec& spec, Fill fill, std::uint64_t seed, void* bias);

}  // namespace convgauge
