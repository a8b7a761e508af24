// A stream of numbers from a seed: the same on every machine, whatever its libraries.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <iterator>

#include "core/split_mix.hpp"

namespace convgauge {

/// SplitMix64 in streams: the streams of one seed are independent of each other.
class Random {
 public:
  Random(std::uint64_t seed, std::uint64_t stream)
      : words_(mixed(mixed(seed + kGolden) + stream * kOdd)) {}

  std::uint64_t next() { return words_.next(); }
  /// 0 ... count - 1; count from 1 to 2^32. Deviates from uniform by less than count / 2^32.
  std::int64_t below(std::int64_t count) {
    return static_cast<std::int64_t>(((next() >> 32) * static_cast<std::uint64_t>(count)) >> 32);
  }
  /// least ... most, both included.
  std::int64_t between(std::int64_t least, std::int64_t most) {
    return least + below(most - least + 1);
  }
  bool percent(int chance) { return below(100) < chance; }
  template <class T>
  T pick(std::initializer_list<T> values) {
    return *std::next(values.begin(), below(static_cast<std::int64_t>(values.size())));
  }

 private:
  static constexpr std::uint64_t kOdd = 0xd1342543de82ef95u;
  SplitMix words_;
};

}  // namespace convgauge
