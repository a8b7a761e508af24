#include "problem.hpp"

#include <algorithm>
#include <convgauge/sdk.hpp>

namespace convgauge::backends::cudnn {

cudnnDataType_t type_of(cvg_dtype type) {
  switch (type) {
    case CVG_DTYPE_F64:
      return CUDNN_DATA_DOUBLE;
    case CVG_DTYPE_F16:
      return CUDNN_DATA_HALF;
    case CVG_DTYPE_BF16:
      return CUDNN_DATA_BFLOAT16;
    default:
      return CUDNN_DATA_FLOAT;
  }
}

bool channels_last(const cvg_spec& spec) {
  return spec.layout != CVG_LAYOUT_NCHW;
}

PaddedAxis padded_axis(const cvg_axis& axis) {
  return {axis.input, axis.pad_before, axis.pad_before + axis.input + axis.pad_after};
}

bool is_padded(const cvg_spec& s) {
  return s.h.pad_before + s.h.pad_after + s.w.pad_before + s.w.pad_after > 0;
}

Dims strides_of(const Dims& d, bool channels_last) {
  if (channels_last) return {d[1] * d[2] * d[3], 1, d[3] * d[1], d[1]};
  return {d[1] * d[2] * d[3], d[2] * d[3], d[3], 1};
}

Problem describe(const cvg_spec& s, const Route& route) {
  Problem p;
  p.route = route;
  p.direction = s.direction;
  p.type = type_of(s.src_type);
  p.compute = type_of(s.accumulator_type);
  p.channels_last = channels_last(s);
  const auto batch = std::max<std::int64_t>(s.batch, 1);
  const auto h = padded_axis(s.h), w = padded_axis(s.w);
  p.x = {batch, s.in_channels, route.written_padding ? h.padded : h.input,
         route.written_padding ? w.padded : w.input};
  p.w = {s.out_channels, s.in_channels / s.groups, s.h.kernel, s.w.kernel};
  p.y = {batch, s.out_channels, cvg::output(s.h), cvg::output(s.w)};
  p.before = {s.h.pad_before, s.w.pad_before};
  p.after = {s.h.pad_after, s.w.pad_after};
  if (route.written_padding) p.before = p.after = {0, 0};
  p.stride = {std::min(s.h.stride, h.padded), std::min(s.w.stride, w.padded)};
  p.dilation = {s.h.kernel == 1 ? 1 : s.h.dilation, s.w.kernel == 1 ? 1 : s.w.dilation};
  return p;
}

}  // namespace convgauge::backends::cudnn
