// The misreadings of a specification that backends are known for: one row of a table each.
#pragma once
#include <span>
#include <vector>

#include "core/layers.hpp"
#include "verify/mutant.hpp"

namespace convgauge::verify {

struct Mutation {
  /// Follows "matches the reference with"; names the field of torch.nn.Conv2d that is misread.
  const char* words;
  void (*apply)(Mutant&);
};

/// A row changes nothing on a spec to which it does not apply.
std::span<const Mutation> stride_mutations();
std::span<const Mutation> dilation_mutations();
std::span<const Mutation> kernel_mutations();
std::span<const Mutation> padding_mutations();
std::span<const Mutation> edge_mutations();
std::span<const Mutation> bias_mutations();
std::span<const Mutation> channel_mutations();
std::span<const Mutation> layout_mutations();
std::span<const Mutation> value_mutations();

/// All of them, the simplest and likeliest first.
std::vector<Mutation> mutations();

}  // namespace convgauge::verify
