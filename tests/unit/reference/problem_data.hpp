// A problem with filled tensors of its own, and random small legal problems.
#pragma once
#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include "core/buffer.hpp"
#include "core/fill.hpp"
#include "core/problem_text.hpp"
#include "reference/reference.hpp"

namespace convgauge::reference::testing {

inline Spec spec_of(const char* text, Dtype type = Dtype::f32, Layout layout = Layout::nchw,
                    Direction direction = Direction::forward) {
  auto spec = Spec::of(parse_problem(text).value(), type, layout);
  spec.direction = direction;
  return spec;
}

/// What the direction reads, filled.
struct Tensors {
  explicit Tensors(const Spec& spec, Fill fill = Fill::normal, std::uint64_t seed = 1) {
    const auto make = [&](TensorRole role, Buffer& tensor, auto fill_it) {
      if (!spec.reads(role)) return;
      tensor = Buffer(spec.bytes(role));
      fill_it(spec, fill, seed, tensor.data());
    };
    make(TensorRole::src, src, fill_src);
    make(TensorRole::weights, weights, fill_weights);
    make(TensorRole::bias, bias, fill_bias);
    make(TensorRole::diff_dst, diff_dst, fill_diff_dst);
  }
  Inputs inputs() const { return {src.data(), weights.data(), bias.data(), diff_dst.data()}; }
  Buffer src, weights, bias, diff_dst;
};

struct Sums {
  explicit Sums(const Spec& spec)
      : want(static_cast<std::size_t>(spec.written_elements()), -12345.0), magnitude(want) {}
  Reference out() { return {want.data(), magnitude.data()}; }
  std::vector<double> want, magnitude;
};

inline std::string name_of(const Spec& spec) {
  return full_text(spec.geometry) + " " + std::string(word(spec.src_type)) + " " +
         std::string(word(spec.layout)) + " " + std::string(word(spec.direction));
}

inline bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  for (std::size_t i = 0; i < a.size(); ++i)
    if (std::memcmp(&a[i], &b[i], sizeof(double)) != 0 && !(std::isnan(a[i]) && std::isnan(b[i])))
      return false;
  return true;
}

inline Sums slow_sums(const Spec& spec, const Tensors& tensors) {
  Sums sums(spec);
  reference_slow(spec, tensors.inputs(), sums.out());
  return sums;
}

/// A legal problem of every parameter, small.
inline Geometry random_geometry(std::mt19937& random) {
  const auto draw = [&](int least, int most) {
    return std::int64_t{least} +
           static_cast<int>(random() % static_cast<unsigned>(most - least + 1));
  };
  for (;;) {
    Geometry g;
    g.groups = draw(0, 2) ? 1 : draw(1, 5);
    g.batch = draw(0, 9) ? draw(1, 3) : 0;
    g.in_channels = g.groups * (draw(0, 3) ? draw(1, 6) : 1);
    g.out_channels = g.groups * draw(1, 11);
    g.bias = draw(0, 1) == 1;
    g.padding_mode = static_cast<PaddingMode>(draw(0, 3));
    for (Axis* a : {&g.h, &g.w}) {
      const auto k = draw(0, 2) ? draw(1, 5) : draw(1, 2);
      *a = {draw(1, 17), k,         draw(0, 1) ? 1 : draw(1, 4), draw(0, 1) ? 1 : draw(1, 3),
            draw(0, 4),  draw(0, 4)};
      if (draw(0, 1)) a->pad_before = a->pad_after = draw(0, 2);
    }
    if (!flaw(g)) return g;
  }
}

}  // namespace convgauge::reference::testing
