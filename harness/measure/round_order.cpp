// Who measures when: a permutation that is the same on every machine. std::shuffle and the distributions of <random>
// are not: each standard library draws its own way.
#include <algorithm>
#include <cassert>
#include <numeric>

#include "measure/statistics.hpp"

namespace convgauge {
namespace {

/// splitmix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014, with Vigna's
/// constants.
class SplitMix {
 public:
  explicit SplitMix(std::uint64_t state) : state_(state) {}
  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  /// Uniform in [0, bound): draws from the uneven rest of 2^64 are thrown away.
  std::uint64_t below(std::uint64_t bound) {
    const std::uint64_t uneven = (0 - bound) % bound;  // 2^64 mod bound
    std::uint64_t draw = next();
    while (draw < uneven) draw = next();
    return draw % bound;
  }

 private:
  std::uint64_t state_;
};

}  // namespace

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

}  // namespace convgauge
