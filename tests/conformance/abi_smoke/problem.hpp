// A random legal problem in the ABI's own struct, its tensors, and what the loops in double say of
// it.
#pragma once
#include <convgauge/plugin.h>

#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "core/dtype.hpp"
#include "core/problem_text.hpp"
#include "core/spec.hpp"

namespace convgauge::smoke {

using Random = std::mt19937_64;

inline std::int64_t between(Random& random, std::int64_t low, std::int64_t high) {
  return low + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(high - low + 1));
}

inline Axis random_axis(Random& random, PaddingMode mode) {
  Axis a;
  a.kernel = between(random, 0, 2) == 0 ? 3 : between(random, 1, 7);
  a.stride = between(random, 0, 1) == 0 ? 1 : between(random, 1, 4);
  a.dilation = between(random, 0, 2) == 0 ? between(random, 1, 3) : 1;
  a.input = between(random, 1, 20);
  const auto most = mode == PaddingMode::reflect    ? a.input - 1
                    : mode == PaddingMode::circular ? a.input
                                                    : std::int64_t{7};
  a.pad_before = between(random, 0, std::min<std::int64_t>(most, a.kernel));
  a.pad_after = between(random, 0, 2) == 0 ? between(random, 0, most) : a.pad_before;
  return a;
}

/// Small sizes around the vector widths of kernels (4, 8, 16 and one beside), groups, depthwise
/// with multiplier.
inline Geometry random_geometry(Random& random) {
  for (;;) {
    Geometry g;
    g.batch = between(random, 0, 9) == 0 ? 0 : between(random, 1, 3);
    g.groups = between(random, 0, 2) == 0 ? between(random, 2, 17) : 1;
    const auto per_group = [&] {
      return between(random, 0, 1) == 0 ? between(random, 1, 4) : between(random, 5, 35);
    };
    const bool wide = g.groups == 1;
    g.in_channels = g.groups * (wide ? per_group() : between(random, 1, 4));
    g.out_channels = g.groups * (wide ? per_group() : between(random, 1, 4));
    g.bias = between(random, 0, 1) == 1;
    g.padding_mode = static_cast<PaddingMode>(std::max<std::int64_t>(0, between(random, -3, 3)));
    g.h = random_axis(random, g.padding_mode);
    g.w = random_axis(random, g.padding_mode);
    if (!flaw(g)) return g;
  }
}

inline cvg_axis to_abi(const Axis& a) {
  return {a.input, a.kernel, a.stride, a.dilation, a.pad_before, a.pad_after};
}

inline cvg_spec to_abi(const Spec& s) {
  const auto& g = s.geometry;
  cvg_spec c{};
  c.struct_size = sizeof c;
  c.batch = g.batch, c.in_channels = g.in_channels, c.out_channels = g.out_channels,
  c.groups = g.groups;
  c.h = to_abi(g.h), c.w = to_abi(g.w);
  c.bias = g.bias;
  c.padding_mode = static_cast<std::int32_t>(g.padding_mode);
  c.src_type = c.weights_type = c.dst_type = static_cast<std::int32_t>(s.src_type);
  c.accumulator_type = static_cast<std::int32_t>(s.accumulator_type);
  c.layout = static_cast<std::int32_t>(s.layout);
  const auto src = s.src_strides(), weights = s.weights_strides(), dst = s.dst_strides();
  for (std::size_t i = 0; i < 4; ++i)
    c.src_strides[i] = src[i], c.weights_strides[i] = weights[i], c.dst_strides[i] = dst[i];
  return c;
}

struct Tensors {
  std::vector<std::byte> src, weights, bias;
};

enum class Values { integers, floats };

inline std::vector<std::byte> fill(Random& random, Dtype type, std::size_t bytes, Values values) {
  std::vector<std::byte> made(bytes);
  std::normal_distribution<double> normal;
  for (std::size_t i = 0; i < bytes / size_of(type); ++i)
    store(
        type, made.data(), static_cast<std::int64_t>(i),
        values == Values::integers ? static_cast<double>(between(random, -2, 2)) : normal(random));
  return made;
}

inline Tensors fill(Random& random, const Spec& s, Values values) {
  return {fill(random, s.src_type, s.src_bytes(), values),
          fill(random, s.weights_type, s.weights_bytes(), values),
          fill(random, s.dst_type, s.bias_bytes(), values)};
}

/// Index that padding reads in a mode, -1 for zeros: the definitions of torch.nn.functional.pad.
inline std::int64_t reads(const Axis& a, PaddingMode mode, std::int64_t i) {
  if (i >= 0 && i < a.input) return i;
  if (mode == PaddingMode::circular) return (i % a.input + a.input) % a.input;
  if (mode == PaddingMode::replicate) return i < 0 ? 0 : a.input - 1;
  if (mode == PaddingMode::reflect) return a.input - 1 - std::abs(a.input - 1 - std::abs(i));
  return -1;
}

inline std::int64_t at(const Strides& s, std::int64_t n, std::int64_t c, std::int64_t h,
                       std::int64_t w) {
  return n * s[0] + c * s[1] + h * s[2] + w * s[3];
}

struct Sum {
  double want = 0, magnitude = 0;
};

/// One output from the definition.
inline Sum want(const Spec& s, const Tensors& t, std::int64_t n, std::int64_t o, std::int64_t y,
                std::int64_t x) {
  const auto& g = s.geometry;
  const auto src = s.src_strides(), weights = s.weights_strides();
  Sum sum;
  const auto add = [&](double term) { sum.want += term, sum.magnitude += std::abs(term); };
  if (g.bias) add(load(s.dst_type, t.bias.data(), o));
  for (std::int64_t i = 0; i < g.group_inputs(); ++i)
    for (std::int64_t k = 0; k < g.h.kernel; ++k)
      for (std::int64_t l = 0; l < g.w.kernel; ++l) {
        const auto h = reads(g.h, g.padding_mode, g.h.source(y, k)),
                   w = reads(g.w, g.padding_mode, g.w.source(x, l));
        if (h < 0 || w < 0) continue;
        const auto c = o / g.group_outputs() * g.group_inputs() + i;
        add(load(s.src_type, t.src.data(), at(src, n, c, h, w)) *
            load(s.weights_type, t.weights.data(), at(weights, o, i, k, l)));
      }
  return sum;
}

}  // namespace convgauge::smoke
