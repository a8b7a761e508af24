// A stream of numbers from a seed: the same on every machine, whatever its libraries.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <iterator>

namespace convgauge {

/// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014; variant 13 of Stafford's), the
/// generator of core/fill.cpp, here as a stream. Streams of one seed are independent of each other.
class Random {
 public:
  Random(std::uint64_t seed, std::uint64_t stream) : state_(mixed(mixed(seed + kGolden) + stream * kOdd)) {}

  std::uint64_t next() { return mixed(state_ += kGolden); }
  /// 0 ... count - 1; count from 1 to 2^32. Off the uniform by less than count / 2^32.
  std::int64_t below(std::int64_t count) {
    return static_cast<std::int64_t>(((next() >> 32) * static_cast<std::uint64_t>(count)) >> 32);
  }
  /// least ... most, both included.
  std::int64_t between(std::int64_t least, std::int64_t most) { return least + below(most - least + 1); }
  bool percent(int chance) { return below(100) < chance; }
  template <class T>
  T pick(std::initializer_list<T> values) {
    return *std::next(values.begin(), below(static_cast<std::int64_t>(values.size())));
  }

 private:
  static constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15u, kOdd = 0xd1342543de82ef95u;
  static constexpr std::uint64_t mixed(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  std::uint64_t state_;
};

}  // namespace convgauge
