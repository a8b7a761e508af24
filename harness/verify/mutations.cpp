#include "verify/mutations.hpp"
#include "core/layers.hpp"

namespace convgauge::verify {

std::vector<Mutation> mutations() {
  std::vector<Mutation> all;
  for (const auto table : {stride_mutations(), dilation_mutations(), kernel_mutations(),
                           padding_mutations(), edge_mutations(), bias_mutations(),
                           channel_mutations(), layout_mutations(), value_mutations()})
    all.insert(all.end(), table.begin(), table.end());
  return all;
}

}  // namespace convgauge::verify
