#include "reference/as_forward.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "core/convert.hpp"
#include "core/layers.hpp"
#include "core/tensor.hpp"
#include "reference/padding.hpp"

namespace convgauge::reference {
namespace {

/// Calls work(word): word is an integer as wide as an element, so that elements are copied as bits
/// and never read as numbers.
template <class Work>
void as_words(Dtype type, Work work) {
  if (size_of(type) == 8) return work(std::uint64_t{});
  if (size_of(type) == 4) return work(std::uint32_t{});
  work(std::uint16_t{});
}

/// A dense tensor of this shape, all zeros.
Buffer zeros(const Shape& shape, Dtype type) {
  Buffer made(static_cast<std::size_t>(elements(shape)) * size_of(type));
  std::memset(made.data(), 0, made.bytes());
  return made;
}

template <class T>
TensorView<T> view(T* data, const Spec& spec, TensorRole role) {
  return {data, spec.shape(role), spec.strides(role)};
}

/// Backward data: the padded position that output 0 is the gradient of. Padding zeros need no
/// gradient, so with mode zeros it is the first input.
std::int64_t first_position(const Axis& a, PaddingMode mode) {
  return mode == PaddingMode::zeros ? 0 : -a.pad_before;
}

Axis data_axis(const Axis& a, PaddingMode mode) {
  const auto positions = mode == PaddingMode::zeros ? a.input : a.padded();
  return {.input = positions + a.reach() - 1, .kernel = a.kernel, .dilation = a.dilation};
}

/// Backward weights: only as much of the padded source as is read.
Axis weights_axis(const Axis& a) {
  return {.input = (a.output() - 1) * a.stride + a.reach(),
          .kernel = a.output(),
          .stride = a.dilation,
          .dilation = a.stride};
}

bool all_finite(Dtype type, const void* array, std::int64_t count) {
  constexpr std::int64_t kLine = 512;
  double line[kLine];
  for (std::int64_t i = 0; i < count; i += kLine) {
    const auto some = std::min(kLine, count - i);
    load_line(type, array, i, 1, some, line);
    for (std::int64_t j = 0; j < some; ++j)
      if (!std::isfinite(line[j])) return false;
  }
  return true;
}

/// diff_bias, in the order of the definition.
void sum_channels(const Spec& spec, const Inputs& inputs, const Reference& out) {
  const Shape s = spec.geometry.dst_shape();
  const Strides y = spec.dst_strides();
  std::vector<double> row(static_cast<std::size_t>(s[3]));
  for (std::int64_t c = 0; c < s[1]; ++c) {
    double want = 0, magnitude = 0;
    for (std::int64_t n = 0; n < s[0]; ++n)
      for (std::int64_t h = 0; h < s[2]; ++h) {
        load_line(spec.dst_type, inputs.diff_dst, n * y[0] + c * y[1] + h * y[2], y[3], s[3],
                  row.data());
        for (const double v : row) want += v, magnitude += std::fabs(v);
      }
    if (out.want) out.want[c] = want;
    if (out.magnitude) out.magnitude[c] = magnitude;
  }
}

Reference behind(const Reference& out, std::int64_t count) {
  return {out.want ? out.want + count : nullptr, out.magnitude ? out.magnitude + count : nullptr};
}

}  // namespace

Spec forward_of(const Spec& spec) {
  const Geometry& g = spec.geometry;
  const bool data = spec.direction == Direction::backward_data;
  Spec made{.geometry = {},
            .src_type = data ? spec.dst_type : spec.src_type,
            .weights_type = data ? spec.weights_type : spec.dst_type,
            .dst_type = data ? spec.src_type : spec.weights_type,
            .accumulator_type = spec.accumulator_type,
            .math = spec.math,
            .deterministic = spec.deterministic};
  made.geometry.groups = g.groups;
  made.geometry.bias = false;
  if (data) {
    made.geometry.batch = g.batch;
    made.geometry.in_channels = g.out_channels;
    made.geometry.out_channels = g.in_channels;
    made.geometry.h = data_axis(g.h, g.padding_mode);
    made.geometry.w = data_axis(g.w, g.padding_mode);
  } else {
    made.geometry.batch = g.group_inputs();
    made.geometry.in_channels = g.groups * g.batch;
    made.geometry.out_channels = g.out_channels;
    made.geometry.h = weights_axis(g.h);
    made.geometry.w = weights_axis(g.w);
  }
  return made;
}

AsForward::AsForward(const Spec& spec, const Inputs& inputs)
    : spec_(spec),
      forward_(forward_of(spec)),
      first_h_(first_position(spec.geometry.h, spec.geometry.padding_mode)),
      first_w_(first_position(spec.geometry.w, spec.geometry.padding_mode)),
      src_(zeros(forward_.geometry.src_shape(), forward_.src_type)),
      weights_(zeros(forward_.geometry.weights_shape(), forward_.weights_type)) {
  spec.direction == Direction::backward_data ? spread_data(inputs) : spread_weights(inputs);
}

void AsForward::spread_data(const Inputs& inputs) {
  const Geometry& g = spec_.geometry;
  const auto shift_h = g.h.reach() - 1 - g.h.pad_before - first_h_;
  const auto shift_w = g.w.reach() - 1 - g.w.pad_before - first_w_;
  as_words(spec_.dst_type, [&](auto word) {
    const auto from =
        view(static_cast<const decltype(word)*>(inputs.diff_dst), spec_, TensorRole::diff_dst);
    const auto to = view(src_.as<decltype(word)>(), forward_, TensorRole::src);
    each_index(from.shape, [&](auto n, auto c, auto oh, auto ow) {
      const auto h = oh * g.h.stride + shift_h, w = ow * g.w.stride + shift_w;
      if (h >= 0 && h < to.shape[2] && w >= 0 && w < to.shape[3])
        to(n, c, h, w) = from(n, c, oh, ow);
    });
  });
  as_words(spec_.weights_type, [&](auto word) {
    const auto from =
        view(static_cast<const decltype(word)*>(inputs.weights), spec_, TensorRole::weights);
    const auto to = view(weights_.as<decltype(word)>(), forward_, TensorRole::weights);
    each_index(from.shape, [&](auto o, auto i, auto kh, auto kw) {
      const auto channel = o / g.group_outputs() * g.group_inputs() + i;
      to(channel, o % g.group_outputs(), g.h.kernel - 1 - kh, g.w.kernel - 1 - kw) =
          from(o, i, kh, kw);
    });
  });
}

void AsForward::spread_weights(const Inputs& inputs) {
  const Geometry& g = spec_.geometry;
  as_words(spec_.src_type, [&](auto word) {
    const auto from = view(static_cast<const decltype(word)*>(inputs.src), spec_, TensorRole::src);
    const auto to = view(src_.as<decltype(word)>(), forward_, TensorRole::src);
    each_index(to.shape, [&](auto i, auto c, auto u, auto v) {
      const auto ih = source_index(g.padding_mode, u - g.h.pad_before, g.h.input);
      const auto iw = source_index(g.padding_mode, v - g.w.pad_before, g.w.input);
      if (ih >= 0 && iw >= 0)
        to(i, c, u, v) = from(c % g.batch, c / g.batch * g.group_inputs() + i, ih, iw);
    });
  });
  as_words(spec_.dst_type, [&](auto word) {
    const auto from =
        view(static_cast<const decltype(word)*>(inputs.diff_dst), spec_, TensorRole::diff_dst);
    const auto to = view(weights_.as<decltype(word)>(), forward_, TensorRole::weights);
    each_index(from.shape,
               [&](auto n, auto o, auto h, auto w) { to(o, n, h, w) = from(n, o, h, w); });
  });
}

void AsForward::gather(const double* outputs, double* result) const {
  const Geometry& g = spec_.geometry;
  const Shape made = forward_.geometry.dst_shape(), shape = spec_.shape(spec_.result());
  const TensorView<double> to{result, shape, nchw_strides(shape)};
  if (spec_.direction == Direction::backward_weights)
    return each_index(made,
                      [&](auto i, auto o, auto kh, auto kw) { to(o, i, kh, kw) = *outputs++; });
  std::fill_n(result, elements(shape), 0.0);
  each_index(made, [&](auto n, auto c, auto h, auto w) {
    const auto ih = source_index(g.padding_mode, first_h_ + h, g.h.input);
    const auto iw = source_index(g.padding_mode, first_w_ + w, g.w.input);
    to(n, c, ih, iw) += *outputs++;
  });
}

void reference_backward(const Spec& spec, const Inputs& inputs, const Reference& out, int threads) {
  const Geometry& g = spec.geometry;
  if (g.batch == 0) return reference_slow(spec, inputs, out);
  if (spec.direction == Direction::backward_data) {
    // The zeros between the elements of a spread-out diff_dst are in no product of the definition:
    // a weight that is not finite would make NaNs of them. Where nearly all elements are such zeros
    // (a stride of 5, a kernel as large as the image), reference_slow() is faster, although it
    // takes some sixteen times longer for a product.
    constexpr std::int64_t kEmpty = 16;
    const bool spoils = !all_finite(spec.weights_type, inputs.weights, elements(g.weights_shape()));
    if (spoils || forward_of(spec).geometry.flops() / kEmpty > g.flops())
      return reference_slow(spec, inputs, out);
  }
  const AsForward forward(spec, inputs);
  const auto count =
      static_cast<std::size_t>(elements(forward.spec().geometry.dst_shape())) * sizeof(double);
  Buffer want(out.want ? count : 0), magnitude(out.magnitude ? count : 0);
  reference_fast(
      forward.spec(), forward.inputs(),
      {out.want ? want.as<double>() : nullptr, out.magnitude ? magnitude.as<double>() : nullptr},
      threads);
  if (out.want) forward.gather(want.as<double>(), out.want);
  if (out.magnitude) forward.gather(magnitude.as<double>(), out.magnitude);
  if (spec.writes(TensorRole::diff_bias))
    sum_channels(spec, inputs, behind(out, elements(g.weights_shape())));
}

}  // namespace convgauge::reference
