// A whole convolution through the backend's own classes, and by the definition in double.
#pragma once
#include <cmath>
#include <random>
#include <vector>

#include "fft/convolution.hpp"
#include "fft/cost.hpp"

namespace convgauge::backends::fft {

struct Problem {
  std::int64_t batch = 1, in = 1, out = 1, groups = 1;
  cvg_axis h{8, 3, 1, 1, 1, 1}, w{8, 3, 1, 1, 1, 1};
  bool bias = true;
  std::int32_t padding_mode = CVG_PADDING_ZEROS;

  std::int64_t out_h() const { return size(h); }
  std::int64_t out_w() const { return size(w); }
  static std::int64_t size(const cvg_axis& a) {
    return (a.pad_before + a.input + a.pad_after - a.dilation * (a.kernel - 1) - 1) / a.stride + 1;
  }
};

/// nchw, dense.
inline cvg_spec spec_of(const Problem& p) {
  cvg_spec s{};
  s.struct_size = sizeof s;
  s.batch = p.batch;
  s.in_channels = p.in;
  s.out_channels = p.out;
  s.groups = p.groups;
  s.h = p.h;
  s.w = p.w;
  s.bias = p.bias;
  s.padding_mode = p.padding_mode;
  const auto strides = [](std::int64_t c, std::int64_t h, std::int64_t w, std::int64_t* to) {
    to[0] = c * h * w;
    to[1] = h * w;
    to[2] = w;
    to[3] = 1;
  };
  strides(p.in, p.h.input, p.w.input, s.src_strides);
  strides(p.in / p.groups, p.h.kernel, p.w.kernel, s.weights_strides);
  strides(p.out, p.out_h(), p.out_w(), s.dst_strides);
  return s;
}

struct Tensors {
  std::vector<float> src, weights, bias;

  explicit Tensors(const Problem& p, unsigned seed = 5)
      : src(count(p.batch * p.in * p.h.input * p.w.input)),
        weights(count(p.out * p.in / p.groups * p.h.kernel * p.w.kernel)),
        bias(count(p.out)) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    for (auto* tensor : {&src, &weights, &bias})
      for (auto& x : *tensor) x = normal(random);
  }
  static std::size_t count(std::int64_t n) { return static_cast<std::size_t>(n); }
};

inline std::int64_t reference_index(const cvg_axis& a, std::int32_t mode, std::int64_t x) {
  if (0 <= x && x < a.input) return x;
  if (mode == CVG_PADDING_REFLECT) return x < 0 ? -x : 2 * a.input - 2 - x;
  if (mode == CVG_PADDING_REPLICATE) return x < 0 ? 0 : a.input - 1;
  if (mode == CVG_PADDING_CIRCULAR) return (x + a.input) % a.input;
  return -1;
}

/// One output by the definition.
inline double reference_at(const Problem& p, const Tensors& t, std::int64_t n, std::int64_t o,
                           std::int64_t y, std::int64_t x) {
  const auto per_in = p.in / p.groups, group = o / (p.out / p.groups);
  double sum = p.bias ? static_cast<double>(t.bias[static_cast<std::size_t>(o)]) : 0.0;
  for (std::int64_t i = 0; i < per_in; ++i)
    for (std::int64_t k = 0; k < p.h.kernel; ++k)
      for (std::int64_t l = 0; l < p.w.kernel; ++l) {
        const auto sy = reference_index(p.h, p.padding_mode,
                                        y * p.h.stride + k * p.h.dilation - p.h.pad_before);
        const auto sx = reference_index(p.w, p.padding_mode,
                                        x * p.w.stride + l * p.w.dilation - p.w.pad_before);
        if (sy < 0 || sx < 0) continue;
        const auto at = ((n * p.in + group * per_in + i) * p.h.input + sy) * p.w.input + sx;
        const auto tap = ((o * per_in + i) * p.h.kernel + k) * p.w.kernel + l;
        sum += static_cast<double>(t.src[static_cast<std::size_t>(at)]) *
               static_cast<double>(t.weights[static_cast<std::size_t>(tap)]);
      }
  return sum;
}

inline std::vector<double> reference(const Problem& p, const Tensors& t) {
  std::vector<double> all;
  for (std::int64_t n = 0; n < p.batch; ++n)
    for (std::int64_t o = 0; o < p.out; ++o)
      for (std::int64_t y = 0; y < p.out_h(); ++y)
        for (std::int64_t x = 0; x < p.out_w(); ++x) all.push_back(reference_at(p, t, n, o, y, x));
  return all;
}

inline std::vector<float> run(const Problem& p, const Tensors& t, const Candidate& c,
                              const Kernels& kernels, int threads = 1) {
  const Convolution convolution(spec_of(p), c.shape, c.cut, kernels, threads);
  const Sizes& sizes = convolution.sizes();
  std::vector<float> packed(Tensors::count(sizes.packed_floats()), NAN);
  std::vector<float> workspace(Tensors::count(sizes.workspace_floats(threads)), NAN);
  std::vector<float> dst(Tensors::count(p.batch * p.out * p.out_h() * p.out_w()), NAN);
  convolution.prepare(t.weights.data(), p.bias ? t.bias.data() : nullptr, packed.data());
  convolution.execute(t.src.data(), dst.data(), packed.data(), workspace.data());
  return dst;
}

inline double relative_l2(const std::vector<float>& got, const std::vector<double>& want) {
  double error = 0, norm = 0;
  for (std::size_t i = 0; i < want.size(); ++i) {
    const double e = static_cast<double>(got[i]) - want[i];
    error += e * e;
    norm += want[i] * want[i];
  }
  return std::sqrt(error / norm);
}

}  // namespace convgauge::backends::fft
