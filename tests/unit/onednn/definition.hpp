// The three directions by their definition, in double: the sums, and how far sums in f32 may differ
// from them.
#pragma once
#include <abi_smoke/problem.hpp>

#include <cmath>
#include <vector>

namespace convgauge::onednn_test {

/// All input tensors of the three directions, each as long as the spec says, whether the direction
/// reads it or not.
struct Inputs {
  std::vector<float> src, weights, bias, diff_dst;
  bool operator==(const Inputs&) const = default;
};

/// dst, diff_src or diff_weights; and the gradient of the bias, which is empty except for
/// backward_weights.
struct Results {
  std::vector<float> tensor, bias;
  bool operator==(const Results&) const = default;
};

/// A sum of products: its value, the sum of the magnitudes of the products, and their number.
struct Sum {
  double value = 0, magnitude = 0;
  std::int64_t terms = 0;
  void add(double product) { value += product, magnitude += std::abs(product), ++terms; }
  /// The largest error of the sum in f32, added in any order: n u sum |products| (Higham, Accuracy
  /// and Stability of Numerical Algorithms, 2002, section 3.1).
  double allowed() const { return static_cast<double>(terms + 1) * 0x1p-24 * magnitude; }
};

struct Sums {
  std::vector<Sum> tensor, bias;
};

inline std::size_t results(const Spec& s) {
  const auto bytes = s.direction == Direction::forward         ? s.dst_bytes()
                     : s.direction == Direction::backward_data ? s.src_bytes()
                                                               : s.weights_bytes();
  return bytes / sizeof(float);
}
inline bool has_bias_gradient(const Spec& s) {
  return s.geometry.bias && s.direction == Direction::backward_weights;
}

inline Inputs random_inputs(const Spec& s, unsigned seed) {
  std::mt19937 bits(seed);
  std::uniform_real_distribution<float> uniform(-1, 1);
  const auto fill = [&](std::size_t bytes) {
    std::vector<float> made(bytes / sizeof(float));
    for (auto& value : made) value = uniform(bits);
    return made;
  };
  return {fill(s.src_bytes()), fill(s.weights_bytes()),
          fill(static_cast<std::size_t>(s.geometry.out_channels) * sizeof(float)),
          fill(s.dst_bytes())};
}

/// Calls the function with the offsets in src and weights of every product of one output.
template <class Product>
void each_tap(const Spec& s, std::int64_t n, std::int64_t o, std::int64_t y, std::int64_t x,
              Product&& product) {
  const auto& g = s.geometry;
  const auto first = o / g.group_outputs() * g.group_inputs();
  for (std::int64_t i = 0; i < g.group_inputs(); ++i)
    for (std::int64_t k = 0; k < g.h.kernel; ++k)
      for (std::int64_t l = 0; l < g.w.kernel; ++l) {
        const auto h = smoke::reads(g.h, g.padding_mode, g.h.source(y, k)),
                   w = smoke::reads(g.w, g.padding_mode, g.w.source(x, l));
        if (h >= 0 && w >= 0)
          product(static_cast<std::size_t>(smoke::at(s.src_strides(), n, first + i, h, w)),
                  static_cast<std::size_t>(smoke::at(s.weights_strides(), o, i, k, l)));
      }
}

inline Sums definition(const Spec& s, const Inputs& in) {
  const auto& g = s.geometry;
  Sums sums{std::vector<Sum>(results(s)),
            std::vector<Sum>(has_bias_gradient(s) ? in.bias.size() : 0)};
  for (std::int64_t n = 0; n < g.batch; ++n)
    for (std::int64_t o = 0; o < g.out_channels; ++o)
      for (std::int64_t y = 0; y < g.h.output(); ++y)
        for (std::int64_t x = 0; x < g.w.output(); ++x) {
          const auto at = static_cast<std::size_t>(smoke::at(s.dst_strides(), n, o, y, x));
          if (s.direction == Direction::forward && g.bias)
            sums.tensor[at].add(in.bias[static_cast<std::size_t>(o)]);
          if (has_bias_gradient(s)) sums.bias[static_cast<std::size_t>(o)].add(in.diff_dst[at]);
          each_tap(s, n, o, y, x, [&](std::size_t source, std::size_t weight) {
            const double src = in.src[source], weights = in.weights[weight], diff = in.diff_dst[at];
            if (s.direction == Direction::forward) sums.tensor[at].add(src * weights);
            if (s.direction == Direction::backward_data) sums.tensor[source].add(diff * weights);
            if (s.direction == Direction::backward_weights) sums.tensor[weight].add(diff * src);
          });
        }
  return sums;
}

}  // namespace convgauge::onednn_test
