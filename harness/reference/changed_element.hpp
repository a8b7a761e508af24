// What one changed element of an input changes in a reference: a few outputs, so that an execution
// whose input nobody has seen before costs no new reference.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "core/layers.hpp"
#include "reference/reference.hpp"

namespace convgauge::reference {

/// An element of src (forward, backward_weights) or of diff_dst (backward_data).
struct ElementChange {
  std::array<std::int64_t, 4> at{};  // order n, c, h, w
  double before = 0, after = 0;
};

/// A value of a reference before it was changed.
struct OldValue {
  std::int64_t index = 0;
  double want = 0, magnitude = 0;
};

/// Adds to `out`, the reference of `inputs`, what the change adds: the products of (after - before)
/// with the weights, or with diff_dst (backward_weights); diff_bias stays. Both must be finite.
/// Returns the values that it changed, in the order in which it did; undo() puts them back.
std::vector<OldValue> apply(const ElementChange& change, const Spec& spec, const Inputs& inputs,
                            const Reference& out);
void undo(const std::vector<OldValue>& old, const Reference& out);

}  // namespace convgauge::reference
