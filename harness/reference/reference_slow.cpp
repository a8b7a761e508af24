// conv2d from its definition. Padding zeros are arithmetic, as in torch: an infinite weight over one gives NaN.
#include <cassert>
#include <cmath>

#include "reference/padding.hpp"
#include "reference/reference.hpp"

namespace convgauge {
namespace {

struct Sums {
  double want, magnitude;
};

Sums one_output(const Spec& spec, const Inputs& in, std::int64_t n, std::int64_t oc, std::int64_t oh, std::int64_t ow) {
  const Geometry& g = spec.geometry;
  const Strides x = spec.src_strides(), w = spec.weights_strides();
  const double bias = g.bias ? load(spec.dst_type, in.bias, oc) : 0;
  Sums sums{bias, std::fabs(bias)};
  for (std::int64_t ic = 0; ic < g.group_inputs(); ++ic)
    for (std::int64_t kh = 0; kh < g.h.kernel; ++kh)
      for (std::int64_t kw = 0; kw < g.w.kernel; ++kw) {
        const auto channel = oc / g.group_outputs() * g.group_inputs() + ic;
        const auto ih = source_index(g.padding_mode, g.h.source(oh, kh), g.h.input);
        const auto iw = source_index(g.padding_mode, g.w.source(ow, kw), g.w.input);
        const bool zero = ih < 0 || iw < 0;
        const double value = zero ? 0 : load(spec.src_type, in.src, n * x[0] + channel * x[1] + ih * x[2] + iw * x[3]);
        const double weight = load(spec.weights_type, in.weights, oc * w[0] + ic * w[1] + kh * w[2] + kw * w[3]);
        sums.want += weight * value;
        sums.magnitude += std::fabs(weight) * std::fabs(value);
      }
  return sums;
}

}  // namespace

void reference_slow(const Spec& spec, const Inputs& inputs, const Reference& out) {
  assert(spec.direction == Direction::forward);
  const Shape shape = spec.geometry.dst_shape();
  std::int64_t at = 0;
  for (std::int64_t n = 0; n < shape[0]; ++n)
    for (std::int64_t oc = 0; oc < shape[1]; ++oc)
      for (std::int64_t oh = 0; oh < shape[2]; ++oh)
        for (std::int64_t ow = 0; ow < shape[3]; ++ow, ++at) {
          const Sums sums = one_output(spec, inputs, n, oc, oh, ow);
          if (out.want) out.want[at] = sums.want;
          if (out.magnitude) out.magnitude[at] = sums.magnitude;
        }
}

}  // namespace convgauge
