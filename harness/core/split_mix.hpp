// Random numbers that are the same on every machine. std::shuffle and the distributions of <random>
// are not: each standard library implements them in its own way.
#pragma once
#include <cstdint>

namespace convgauge {

/// The finalizer of SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators,
/// OOPSLA 2014), with the constants of Stafford's variant 13: a bijection whose values look random.
constexpr std::uint64_t mixed(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

inline constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15u;  // SplitMix64's step

/// SplitMix64 itself, with Vigna's constants: a stream of 64-bit words.
class SplitMix {
 public:
  constexpr explicit SplitMix(std::uint64_t state) : state_(state) {}
  constexpr std::uint64_t next() { return mixed(state_ += kGolden); }
  /// Uniform in [0, bound): draws below 2^64 mod bound are rejected, so that all values are equally
  /// probable.
  constexpr std::uint64_t below(std::uint64_t bound) {
    const std::uint64_t uneven = (0 - bound) % bound;  // 2^64 mod bound
    std::uint64_t draw = next();
    while (draw < uneven) draw = next();
    return draw % bound;
  }
  /// Uniform in [0, 1), in steps of 2^-53.
  double unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }

 private:
  std::uint64_t state_;
};

}  // namespace convgauge
