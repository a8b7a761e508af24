// The order in which the backends of a round are measured: a permutation that is the same on every
// machine.
#include <algorithm>
#include <cassert>
#include <numeric>

#include "core/layers.hpp"
#include "core/split_mix.hpp"
#include "measure/statistics.hpp"

namespace convgauge::measure {

std::vector<int> round_order(int count, int round, std::uint64_t seed) {
  assert(count >= 0 && round >= 0);
  std::vector<int> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  // Hashing the seed before adding keeps (seed, round) apart from (seed + 1, round - 2).
  SplitMix random(SplitMix(seed).next() + static_cast<std::uint64_t>(round / 2));
  for (std::size_t left = order.size(); left > 1; --left)
    std::swap(order[left - 1], order[static_cast<std::size_t>(random.below(left))]);
  if (round % 2 == 1) std::reverse(order.begin(), order.end());
  return order;
}

}  // namespace convgauge::measure
