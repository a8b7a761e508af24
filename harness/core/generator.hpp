// A counter-based random number generator: the value of an element is a function of seed, tensor
// and logical index alone, so every layout, thread count and machine gives the same bits. It uses
// only +, -, *, / and sqrt of IEEE doubles, never contracted to fused multiply-add.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/blocks.hpp"
#include "core/convert.hpp"
#include "core/spec.hpp"
#include "core/split_mix.hpp"

namespace convgauge::generator {

enum class Role : std::uint64_t { src = 1, weights = 2, bias = 3, diff_dst = 4 };

/// The key of one tensor; the random bits of element i are mixed(key + i * kGolden).
constexpr std::uint64_t key_of(std::uint64_t seed, Role role) {
  return mixed(mixed(seed + kGolden) + static_cast<std::uint64_t>(role) * 0xd1342543de82ef95u);
}

/// U[-1, 1) in steps of 2^-52.
inline double uniform(std::uint64_t bits) {
  return static_cast<double>(static_cast<std::int64_t>(bits) >> 11) * 0x1p-52;
}

/// The sum of the four 16-bit numbers in a 64-bit word.
constexpr std::uint64_t quarters(std::uint64_t z) {
  constexpr std::uint64_t even = 0x0000ffff0000ffffu;
  const auto pairs = (z & even) + (z >> 16 & even);
  return (pairs & 0xffffffffu) + (pairs >> 32);
}

/// Irwin-Hall: twelve uniform 16-bit numbers have the variance 2^32 - 1, so their centred sum over
/// 2^16 is about N(0, 1), except that nothing lies beyond 6. 32 further bits fill the significand,
/// so that sums of products have to be rounded. All of this arithmetic is exact.
inline double normal(std::uint64_t bits) {
  const auto second = (bits ^ bits >> 32) * 0x9fb21c651e98df25u,
             third = (second ^ second >> 29) * 0xc6a4a7935bd1e995u;
  const auto sum = static_cast<std::int64_t>(quarters(bits) + quarters(second) + quarters(third)) -
                   12 * 0xffff / 2;
  const auto tail = static_cast<std::int64_t>((bits + third * 0xff51afd7ed558ccdu) >> 32);
  return static_cast<double>(sum * (std::int64_t{1} << 32) + tail) * 0x1p-48;
}

/// A whole number from -most ... -1, 1 ... most; never zero.
inline double whole(std::uint64_t bits, std::int64_t most) {
  const auto magnitude =
      1 + static_cast<std::int64_t>(((bits >> 32) * static_cast<std::uint64_t>(most)) >> 32);
  // No branch: it would be mispredicted half the time.
  const auto sign = static_cast<std::int64_t>(bits & 1) * 2 - 1;
  return static_cast<double>(sign * magnitude);
}

/// Fills a tensor in the order of its memory: each line along the innermost axis is generated,
/// rounded and stored. value(bits, index) returns the element whose logical NCHW index is `index`;
/// for large tensors it is called from several threads.
template <class Value>
void fill_tensor(const Shape& shape, const Strides& stride, Dtype type, std::uint64_t key,
                 void* out, Value value) {
  if (elements(shape) == 0) return;
  const Strides logical = nchw_strides(shape);
  const std::size_t inner = stride[3] == 1 || stride[1] != 1 ? 3 : 1, outer = inner == 3 ? 1 : 2,
                    middle = inner == 3 ? 2 : 3;
  const auto run = [&](std::int64_t index, std::int64_t offset) {
    constexpr std::int64_t kChunk = 512;
    double line[kChunk];
    for (std::int64_t at = 0; at < shape[inner]; at += kChunk) {
      const auto count = std::min(kChunk, shape[inner] - at);
      for (std::int64_t i = 0; i < count; ++i) {
        const auto element = static_cast<std::uint64_t>(index + (at + i) * logical[inner]);
        line[i] = value(mixed(key + element * kGolden), static_cast<std::int64_t>(element));
      }
      store_line(type, out, offset + at * stride[inner], stride[inner], count, line);
    }
  };
  const auto slabs = shape[0] * shape[outer], slab = elements(shape) / slabs;
  each_block(slabs, std::max<std::int64_t>(1, kBlockBytes / 4 / slab),
             [&](std::int64_t begin, std::int64_t end) {
               for (std::int64_t s = begin; s < end; ++s)
                 for (std::int64_t n = s / shape[outer], a = s % shape[outer], b = 0;
                      b < shape[middle]; ++b)
                   run(n * logical[0] + a * logical[outer] + b * logical[middle],
                       n * stride[0] + a * stride[outer] + b * stride[middle]);
             });
}

inline double inverse_root(std::int64_t fan_in) {
  return 1 / std::sqrt(static_cast<double>(fan_in));
}

}  // namespace convgauge::generator
