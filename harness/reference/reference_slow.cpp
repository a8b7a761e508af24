// conv2d and its gradients from their definition. Padding zeros are multiplied, as in torch: an
// infinite weight over a padding zero gives NaN.
#include <algorithm>
#include <cmath>
#include <vector>

#include "core/layers.hpp"
#include "core/tensor.hpp"
#include "reference/padding.hpp"
#include "reference/reference.hpp"

namespace convgauge::reference {
namespace {

struct Sums {
  double want, magnitude;
};

/// An index below 0 is a padding zero.
double src_at(const Spec& spec, const Inputs& in, std::int64_t n, std::int64_t c, std::int64_t ih,
              std::int64_t iw) {
  if (ih < 0 || iw < 0) return 0;
  const Strides x = spec.src_strides();
  return load(spec.src_type, in.src, n * x[0] + c * x[1] + ih * x[2] + iw * x[3]);
}

Sums one_output(const Spec& spec, const Inputs& in, std::int64_t n, std::int64_t oc,
                std::int64_t oh, std::int64_t ow) {
  const Geometry& g = spec.geometry;
  const Strides w = spec.weights_strides();
  const double bias = g.bias ? load(spec.dst_type, in.bias, oc) : 0;
  Sums sums{bias, std::fabs(bias)};
  for (std::int64_t ic = 0; ic < g.group_inputs(); ++ic)
    for (std::int64_t kh = 0; kh < g.h.kernel; ++kh)
      for (std::int64_t kw = 0; kw < g.w.kernel; ++kw) {
        const auto channel = oc / g.group_outputs() * g.group_inputs() + ic;
        const auto ih = source_index(g.padding_mode, g.h.source(oh, kh), g.h.input);
        const auto iw = source_index(g.padding_mode, g.w.source(ow, kw), g.w.input);
        const double value = src_at(spec, in, n, channel, ih, iw);
        const double weight =
            load(spec.weights_type, in.weights, oc * w[0] + ic * w[1] + kh * w[2] + kw * w[3]);
        sums.want += weight * value;
        sums.magnitude += std::fabs(weight) * std::fabs(value);
      }
  return sums;
}

void keep(const Reference& out, std::int64_t at, const Sums& sums) {
  if (out.want) out.want[at] = sums.want;
  if (out.magnitude) out.magnitude[at] = sums.magnitude;
}

double diff_dst_at(const Spec& spec, const Inputs& in, std::int64_t n, std::int64_t oc,
                   std::int64_t oh, std::int64_t ow) {
  const Strides y = spec.dst_strides();
  return load(spec.dst_type, in.diff_dst, n * y[0] + oc * y[1] + oh * y[2] + ow * y[3]);
}

/// The gradients of the padded positions of input channel c of image n: for each, the sum over the
/// outputs of the group whose taps read it, in the order of channels, rows and columns.
void padded_plane(const Spec& spec, const Inputs& in, std::int64_t n, std::int64_t c,
                  std::vector<Sums>& plane) {
  const Geometry& g = spec.geometry;
  const Strides w = spec.weights_strides();
  const auto group = c / g.group_inputs(), ic = c % g.group_inputs();
  std::fill(plane.begin(), plane.end(), Sums{0, 0});
  for (std::int64_t oc = group * g.group_outputs(); oc < (group + 1) * g.group_outputs(); ++oc)
    for (std::int64_t oh = 0; oh < g.h.output(); ++oh)
      for (std::int64_t ow = 0; ow < g.w.output(); ++ow) {
        const double diff = diff_dst_at(spec, in, n, oc, oh, ow);
        for (std::int64_t kh = 0; kh < g.h.kernel; ++kh)
          for (std::int64_t kw = 0; kw < g.w.kernel; ++kw) {
            const double weight =
                load(spec.weights_type, in.weights, oc * w[0] + ic * w[1] + kh * w[2] + kw * w[3]);
            const auto ph = oh * g.h.stride + kh * g.h.dilation,
                       pw = ow * g.w.stride + kw * g.w.dilation;
            auto& sums = plane[static_cast<std::size_t>(ph * g.w.padded() + pw)];
            sums.want += weight * diff;
            sums.magnitude += std::fabs(weight) * std::fabs(diff);
          }
      }
}

/// Adds the gradient of every padded position to the input that it reads. A padding zero reads
/// none.
void backward_data(const Spec& spec, const Inputs& in, const Reference& out) {
  const Geometry& g = spec.geometry;
  const auto count = elements(g.src_shape());
  for (std::int64_t at = 0; at < count; ++at) keep(out, at, {0, 0});
  std::vector<Sums> padded(static_cast<std::size_t>(g.h.padded() * g.w.padded()));
  for (std::int64_t plane = 0; plane < g.batch * g.in_channels; ++plane) {
    padded_plane(spec, in, plane / g.in_channels, plane % g.in_channels, padded);
    for (std::int64_t ph = 0; ph < g.h.padded(); ++ph)
      for (std::int64_t pw = 0; pw < g.w.padded(); ++pw) {
        const auto ih = source_index(g.padding_mode, ph - g.h.pad_before, g.h.input);
        const auto iw = source_index(g.padding_mode, pw - g.w.pad_before, g.w.input);
        if (ih < 0 || iw < 0) continue;
        const Sums& sums = padded[static_cast<std::size_t>(ph * g.w.padded() + pw)];
        const auto at = (plane * g.h.input + ih) * g.w.input + iw;
        if (out.want) out.want[at] += sums.want;
        if (out.magnitude) out.magnitude[at] += sums.magnitude;
      }
  }
}

Sums one_tap(const Spec& spec, const Inputs& in, std::int64_t oc, std::int64_t ic, std::int64_t kh,
             std::int64_t kw) {
  const Geometry& g = spec.geometry;
  const auto channel = oc / g.group_outputs() * g.group_inputs() + ic;
  Sums sums{0, 0};
  for (std::int64_t n = 0; n < g.batch; ++n)
    for (std::int64_t oh = 0; oh < g.h.output(); ++oh)
      for (std::int64_t ow = 0; ow < g.w.output(); ++ow) {
        const auto ih = source_index(g.padding_mode, g.h.source(oh, kh), g.h.input);
        const auto iw = source_index(g.padding_mode, g.w.source(ow, kw), g.w.input);
        const double value = src_at(spec, in, n, channel, ih, iw);
        const double diff = diff_dst_at(spec, in, n, oc, oh, ow);
        sums.want += diff * value;
        sums.magnitude += std::fabs(diff) * std::fabs(value);
      }
  return sums;
}

Sums one_channel(const Spec& spec, const Inputs& in, std::int64_t oc) {
  const Geometry& g = spec.geometry;
  Sums sums{0, 0};
  for (std::int64_t n = 0; n < g.batch; ++n)
    for (std::int64_t oh = 0; oh < g.h.output(); ++oh)
      for (std::int64_t ow = 0; ow < g.w.output(); ++ow) {
        const double diff = diff_dst_at(spec, in, n, oc, oh, ow);
        sums.want += diff;
        sums.magnitude += std::fabs(diff);
      }
  return sums;
}

void backward_weights(const Spec& spec, const Inputs& in, const Reference& out) {
  std::int64_t at = 0;
  each_index(spec.geometry.weights_shape(), [&](auto oc, auto ic, auto kh, auto kw) {
    keep(out, at++, one_tap(spec, in, oc, ic, kh, kw));
  });
  for (std::int64_t oc = 0; spec.geometry.bias && oc < spec.geometry.out_channels; ++oc)
    keep(out, at++, one_channel(spec, in, oc));
}

void forward(const Spec& spec, const Inputs& in, const Reference& out) {
  std::int64_t at = 0;
  each_index(spec.geometry.dst_shape(), [&](auto n, auto oc, auto oh, auto ow) {
    keep(out, at++, one_output(spec, in, n, oc, oh, ow));
  });
}

}  // namespace

const void* Inputs::of(TensorRole role) const {
  switch (role) {
    case TensorRole::src:
      return src;
    case TensorRole::weights:
      return weights;
    case TensorRole::bias:
      return bias;
    case TensorRole::diff_dst:
      return diff_dst;
    default:
      return nullptr;
  }
}

void reference_slow(const Spec& spec, const Inputs& inputs, const Reference& out) {
  switch (spec.direction) {
    case Direction::forward:
      return forward(spec, inputs, out);
    case Direction::backward_data:
      return backward_data(spec, inputs, out);
    case Direction::backward_weights:
      return backward_weights(spec, inputs, out);
  }
}

}  // namespace convgauge::reference
